// The schema table: which version is in force, and what a node says by the names of its schema.
#include "hewn/Dialect/ONNX/Schema.h"
#include "hewn/Dialect/ONNX/ONNX.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include <gtest/gtest.h>

using namespace mlir;
using namespace hewn::onnx;

static int64_t since(StringRef domain, StringRef name, int64_t opset) {
  const Schema *schema = lookupSchema(domain, name, opset);
  return schema ? schema->since : 0;
}

TEST(Schema, TheVersionInForceIsTheLastOneNotYounger) {
  EXPECT_EQ(since("", "Clip", 1), 1);
  EXPECT_EQ(since("", "Clip", 10), 6);
  EXPECT_EQ(since("", "Clip", 11), 11);
  EXPECT_EQ(since("", "Clip", 1000), 13);
  EXPECT_EQ(since("", "LayerNormalization", 16), 0);
  EXPECT_EQ(since("", "LayerNormalization", 17), 17);
  EXPECT_EQ(since("ai.onnx.ml", "Scaler", 3), 1);
  EXPECT_EQ(since("", "Scaler", 3), 0);
  EXPECT_EQ(since("", "", 3), 0);
  EXPECT_EQ(since("zzz", "zzz", 3), 0);
}

TEST(Schema, EveryRowIsFoundUnderItsOwnVersion) {
  for (const Schema &schema : getSchemas())
    EXPECT_EQ(lookupSchema(schema.domain, schema.name, schema.since), &schema) << schema.name.str();
}

TEST(Schema, OperandsByName) {
  const Schema *conv = lookupSchema("", "Conv", 11);
  EXPECT_EQ(conv->findInput("B"), 2u);
  EXPECT_EQ(conv->findInput("b"), std::nullopt);
  EXPECT_EQ(conv->inputs[2].kind, FormalKind::Optional);
  EXPECT_EQ(conv->minInputs, 2u);
  EXPECT_EQ(conv->maxInputs, 3u);
  EXPECT_TRUE(lookupSchema("", "Upsample", 10)->deprecated);
  EXPECT_EQ(describeTypes(lookupSchema("", "Not", 1)->constraints.front()), "tensors of bool");
}

TEST(Schema, DefaultsAreAttributes) {
  MLIRContext context;
  Builder builder(&context);
  auto get = [&](StringRef op, int64_t opset, StringRef name) {
    return lookupSchema("", op, opset)->findParam(name)->getDefault(&context);
  };
  EXPECT_EQ(get("Softmax", 13, "axis"), builder.getI64IntegerAttr(-1));
  EXPECT_EQ(get("BatchNormalization", 9, "epsilon"), builder.getF32FloatAttr(1e-5f));
  EXPECT_EQ(get("Conv", 11, "auto_pad"), builder.getStringAttr("NOTSET"));
  EXPECT_EQ(get("Conv", 11, "pads"), Attribute());
  EXPECT_EQ(get("LSTM", 14, "activations"), Attribute());
}

TEST(NodeOp, AccessorsByName) {
  MLIRContext context;
  context.loadDialect<ONNXDialect, arith::ArithDialect>();
  OpBuilder builder(&context);
  Location loc = builder.getUnknownLoc();
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  builder.setInsertionPointToStart(module->getBody());
  auto type = RankedTensorType::get({2}, builder.getF32Type());
  Value x = arith::ConstantOp::create(builder, loc, DenseElementsAttr::get(type, 1.0f));
  Value none = NoneOp::create(builder, loc, builder.getNoneType());
  auto make = [&](StringRef op, int64_t since, ValueRange inputs, ArrayRef<NamedAttribute> params) {
    return NodeOp::create(builder, loc, TypeRange{type}, inputs, builder.getStringAttr(op), builder.getStringAttr(""),
                          builder.getI64IntegerAttr(since), builder.getDictionaryAttr(params), ArrayAttr(), 0u);
  };
  NodeOp clip = make("Clip", 13, {x, none, x}, {});
  EXPECT_EQ(clip.getInput("input"), x);
  EXPECT_FALSE(clip.getInput("min")); // left out
  EXPECT_EQ(clip.getInput("max"), x);
  EXPECT_FALSE(clip.getInput("nothing"));
  EXPECT_EQ(clip.getOutput("output"), clip->getResult(0));
  EXPECT_EQ(clip.checkSchema(), std::nullopt);

  NodeOp concat = make("Concat", 13, {x, x, x}, builder.getNamedAttr("axis", builder.getI64IntegerAttr(0)));
  EXPECT_EQ(concat.getVariadicInput("inputs").size(), 3u);
  EXPECT_EQ(concat.getInt("axis"), 0);

  NodeOp softmax = make("Softmax", 13, x, {});
  EXPECT_EQ(softmax.getInt("axis"), -1); // the default of version 13
  EXPECT_EQ(make("Softmax", 11, x, {}).getInt("axis"), 1);
  EXPECT_EQ(softmax.getFloat("axis"), std::nullopt);
  EXPECT_EQ(make("Conv", 11, {x, x}, {}).getString("auto_pad"), StringRef("NOTSET"));
  EXPECT_EQ(make("Conv", 11, {x, x}, {}).getInts("pads"), std::nullopt);
  EXPECT_EQ(make("Custom", 1, x, {}).getSchema(), nullptr);
}
