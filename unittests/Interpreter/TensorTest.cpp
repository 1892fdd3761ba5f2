// Tensors: rounding, truncation, sizes.
#include "Run.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace hewn::interp;

namespace {

struct TensorTest : ::testing::Test {
  test::Runner runner;
  double through(const char *type, double value) { return runner.tensor(type, {}, {value}).getFloat(0); }
};

TEST_F(TensorTest, HalfRoundsToNearestEvenOnce) {
  EXPECT_EQ(through("f16", 1.0 + 1.0 / 2048), 1.0);                      // a tie goes to the even neighbour
  EXPECT_EQ(through("f16", 1.0 + 3.0 / 2048), 1.0 + 2.0 / 1024);         // up
  EXPECT_EQ(through("f16", 1.0 + 1.0 / 2048 + 1e-12), 1.0 + 1.0 / 1024); // by float first it would be a tie
  EXPECT_EQ(through("f16", 65519.0), 65504.0);
  EXPECT_EQ(through("f16", 65520.0), INFINITY);
  EXPECT_EQ(through("f16", std::ldexp(1.0, -24)), std::ldexp(1.0, -24)); // the smallest subnormal
  EXPECT_EQ(through("f16", std::ldexp(1.0, -25)), 0.0);
  EXPECT_TRUE(std::signbit(through("f16", -1e-30)));
  EXPECT_TRUE(std::isnan(through("f16", NAN)));
}

TEST_F(TensorTest, BFloatRoundsToNearestEven) {
  EXPECT_EQ(through("bf16", 1.0 + 1.0 / 256), 1.0);
  EXPECT_EQ(through("bf16", 1.0 + 3.0 / 256), 1.0 + 2.0 / 128);
  EXPECT_EQ(through("bf16", 3.4e38), INFINITY);
}

TEST_F(TensorTest, IntegersTruncateAndSaturate) {
  EXPECT_EQ(through("i8", 1.9), 1);
  EXPECT_EQ(through("i8", -1.9), -1);
  EXPECT_EQ(through("i8", 300), 127);
  EXPECT_EQ(through("ui8", -3), 0);
  EXPECT_EQ(through("i32", NAN), 0);
  EXPECT_EQ(through("i1", 0.25), 1);
  EXPECT_EQ(runner.tensor("i64", {}, {-1e30}).getInteger(0), std::numeric_limits<int64_t>::min());
}

TEST_F(TensorTest, IntegersWrap) {
  Tensor tensor = runner.tensor("ui8", {1}, {0});
  tensor.setInteger(0, 257);
  EXPECT_EQ(tensor.getInteger(0), 1);
}

TEST_F(TensorTest, ImpossibleSizesHaveNoBytes) {
  mlir::Type type = mlir::Float32Type::get(&runner.context);
  EXPECT_EQ(Tensor::checkedBytes(type, {2, 3}), 24);
  EXPECT_EQ(Tensor::checkedBytes(type, {2, -1}), std::nullopt);
  EXPECT_EQ(Tensor::checkedBytes(type, {int64_t(1) << 40, int64_t(1) << 40}), std::nullopt);
  EXPECT_EQ(Tensor::checkedBytes(type, {int64_t(1) << 62, 0, int64_t(1) << 62}), 0);
}

} // namespace
