// Registration and syntax of the onnx dialect.
#include "hewn/Dialect/ONNX/ONNX.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace hewn::onnx;

#include "hewn/Dialect/ONNX/ONNXDialect.cpp.inc"
#define GET_OP_CLASSES
#include "hewn/Dialect/ONNX/ONNXOps.cpp.inc"

void ONNXDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "hewn/Dialect/ONNX/ONNXOps.cpp.inc"
      >();
}

// onnx.node ["domain" :] "Conv" since 11 (%x, %w) {attributes} [bodies ["then_branch", ...] ({...}, {...})] :
// functional type
ParseResult NodeOp::parse(OpAsmParser &parser, OperationState &result) {
  Builder &builder = parser.getBuilder();
  std::string name, domain;
  int64_t since;
  SmallVector<OpAsmParser::UnresolvedOperand> operands;
  NamedAttrList attributes;
  if (parser.parseString(&name))
    return failure();
  if (succeeded(parser.parseOptionalKeyword("of")) && parser.parseString(&domain))
    return failure();
  if (parser.parseKeyword("since") || parser.parseInteger(since) ||
      parser.parseOperandList(operands, OpAsmParser::Delimiter::Paren) || parser.parseOptionalAttrDict(attributes))
    return failure();
  Properties &properties = result.getOrAddProperties<Properties>();
  properties.op_type = builder.getStringAttr(name);
  properties.domain = builder.getStringAttr(domain);
  properties.since = builder.getI64IntegerAttr(since);
  properties.params = attributes.getDictionary(builder.getContext());
  if (succeeded(parser.parseOptionalKeyword("bodies"))) {
    SmallVector<Attribute> names;
    auto body = [&]() -> ParseResult {
      std::string bodyName;
      if (parser.parseString(&bodyName))
        return failure();
      names.push_back(builder.getStringAttr(bodyName));
      return parser.parseRegion(*result.addRegion());
    };
    if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Paren, body))
      return failure();
    properties.body_names = builder.getArrayAttr(names);
  }
  FunctionType type;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseColonType(type) || parser.resolveOperands(operands, type.getInputs(), loc, result.operands))
    return failure();
  result.addTypes(type.getResults());
  return success();
}

void NodeOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  printer.printString(getOpType());
  if (!getDomain().empty()) {
    printer << " of ";
    printer.printString(getDomain());
  }
  printer << " since " << getSince() << " (" << getInputs() << ")";
  printer.printOptionalAttrDict(getParams().getValue());
  if (!getBodies().empty()) {
    printer << " bodies(";
    llvm::interleaveComma(llvm::zip_equal(getBodyNamesAttr(), getBodies()), printer, [&](auto pair) {
      printer.printString(cast<StringAttr>(std::get<0>(pair)).getValue());
      printer << ' ';
      printer.printRegion(std::get<1>(pair));
    });
    printer << ")";
  }
  printer << " : ";
  printer.printFunctionalType(*this);
}
