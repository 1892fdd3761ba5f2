// One small case per op with numbers worked out by hand.
#include "Run.h"
#include <cmath>
#include <gtest/gtest.h>

using namespace hewn::interp;
using Values = std::vector<double>;

namespace {

struct OpsTest : ::testing::Test {
  test::Runner runner;
  Tensor f32(llvm::ArrayRef<int64_t> shape, const Values &values) { return runner.tensor("f32", shape, values); }
  Tensor i64(llvm::ArrayRef<int64_t> shape, const Values &values) { return runner.tensor("i64", shape, values); }
};

//===----------------------------------------------------------------------===//
// Elementwise, type, movement
//===----------------------------------------------------------------------===//

TEST_F(OpsTest, IntegerDivisionTruncatesAndByZeroIsZero) {
  Values r =
      runner.op("%x: tensor<4xi64>, %y: tensor<4xi64>",
                "%r = nn.elementwise %x, %y {kind = #nn.kind<div>} : (tensor<4xi64>, tensor<4xi64>) -> tensor<4xi64>",
                "tensor<4xi64>", {i64({4}, {7, -7, 7, 5}), i64({4}, {2, 2, -2, 0})});
  EXPECT_EQ(r, (Values{3, -3, -3, 0}));
}

TEST_F(OpsTest, ModTakesTheSignOfTheDivisor) {
  Values r =
      runner.op("%x: tensor<4xi64>, %y: tensor<4xi64>",
                "%r = nn.elementwise %x, %y {kind = #nn.kind<mod>} : (tensor<4xi64>, tensor<4xi64>) -> tensor<4xi64>",
                "tensor<4xi64>", {i64({4}, {7, -7, 7, -7}), i64({4}, {3, 3, -3, -3})});
  EXPECT_EQ(r, (Values{1, 2, -2, -1}));
}

TEST_F(OpsTest, ClipWithCrossedBoundsGivesTheUpper) {
  std::string t = "tensor<3xf32>";
  Values r =
      runner.op("%x: " + t + ", %l: " + t + ", %h: " + t,
                "%r = nn.elementwise %x, %l, %h {kind = #nn.kind<clip>} : (" + t + ", " + t + ", " + t + ") -> " + t, t,
                {f32({3}, {-5, 0.5, 5}), f32({3}, {2, 2, 2}), f32({3}, {1, 1, 1})});
  EXPECT_EQ(r, (Values{1, 1, 1}));
}

TEST_F(OpsTest, MaxPropagatesNaN) {
  std::string t = "tensor<2xf32>";
  Values r = runner.op("%x: " + t + ", %y: " + t,
                       "%r = nn.elementwise %x, %y {kind = #nn.kind<max>} : (" + t + ", " + t + ") -> " + t, t,
                       {f32({2}, {NAN, 1}), f32({2}, {1, NAN})});
  EXPECT_TRUE(std::isnan(r[0]) && std::isnan(r[1]));
}

TEST_F(OpsTest, BroadcastRepeatsOnesAndMissingDimensions) {
  Values r =
      runner.op("%x: tensor<2x1xf32>",
                "%r = nn.broadcast %x {static_sizes = array<i64: 2, 2, 3>} : (tensor<2x1xf32>) -> tensor<2x2x3xf32>",
                "tensor<2x2x3xf32>", {f32({2, 1}, {1, 2})});
  EXPECT_EQ(r, (Values{1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2}));
}

TEST_F(OpsTest, TransposeMovesDimensions) {
  Values r = runner.op("%x: tensor<1x2x3xf32>",
                       "%r = nn.transpose %x {perm = array<i64: 2, 0, 1>} : (tensor<1x2x3xf32>) -> tensor<3x1x2xf32>",
                       "tensor<3x1x2xf32>", {f32({1, 2, 3}, {1, 2, 3, 4, 5, 6})});
  EXPECT_EQ(r, (Values{1, 4, 2, 5, 3, 6}));
}

TEST_F(OpsTest, SliceRunsBackwards) {
  Values r = runner.op("%x: tensor<5xf32>",
                       "%r = nn.slice %x {static_offsets = array<i64: 4>, static_sizes = array<i64: 3>, steps = "
                       "array<i64: -2>} : (tensor<5xf32>) -> tensor<3xf32>",
                       "tensor<3xf32>", {f32({5}, {0, 1, 2, 3, 4})});
  EXPECT_EQ(r, (Values{4, 2, 0}));
}

TEST_F(OpsTest, PadModes) {
  auto pad = [&](const std::string &mode) {
    return runner.op("%x: tensor<3xf32>",
                     "%r = nn.pad %x {low = array<i64: 2>, high = array<i64: 2>, mode = #nn.pad_mode<" + mode +
                         ">} : (tensor<3xf32>) -> tensor<7xf32>",
                     "tensor<7xf32>", {f32({3}, {1, 2, 3})});
  };
  EXPECT_EQ(pad("constant"), (Values{0, 0, 1, 2, 3, 0, 0}));
  EXPECT_EQ(pad("edge"), (Values{1, 1, 1, 2, 3, 3, 3}));
  EXPECT_EQ(pad("reflect"), (Values{3, 2, 1, 2, 3, 2, 1}));
  EXPECT_EQ(pad("wrap"), (Values{2, 3, 1, 2, 3, 1, 2}));
}

TEST_F(OpsTest, NegativePadCutsOff) {
  Values r = runner.op("%x: tensor<3xf32>",
                       "%r = nn.pad %x {low = array<i64: -1>, high = array<i64: 1>, mode = #nn.pad_mode<constant>} : "
                       "(tensor<3xf32>) -> tensor<3xf32>",
                       "tensor<3xf32>", {f32({3}, {1, 2, 3})});
  EXPECT_EQ(r, (Values{2, 3, 0}));
}

//===----------------------------------------------------------------------===//
// Contractions and windows
//===----------------------------------------------------------------------===//

constexpr const char *kConv = "strides = array<i64: 1, 1>, dilations = array<i64: 1, 1>, pads = array<i64: 0, 0, 0, 0>";

/// 3x3 ones, a 2x2 filter of ones: four each, plus the bias.
TEST_F(OpsTest, ConvSumsWindows) {
  Values r = runner.op("%x: tensor<1x1x3x3xf32>, %w: tensor<1x1x2x2xf32>, %b: tensor<1xf32>",
                       std::string("%r = nn.conv %x, %w, %b {") + kConv +
                           "} : (tensor<1x1x3x3xf32>, tensor<1x1x2x2xf32>, tensor<1xf32>) -> tensor<1x1x2x2xf32>",
                       "tensor<1x1x2x2xf32>",
                       {f32({1, 1, 3, 3}, Values(9, 1)), f32({1, 1, 2, 2}, Values(4, 1)), f32({1}, {10})});
  EXPECT_EQ(r, (Values{14, 14, 14, 14}));
}

/// Depthwise in NHWC with a panel of two lanes, of which the second is empty for the third channel.
TEST_F(OpsTest, ConvReadsPanelsAndChannelsLast) {
  Values r =
      runner.op("%x: tensor<1x1x1x2xf32>, %w: tensor<2x1x1x2x2xf32>",
                std::string("%r = nn.conv %x, %w {layout = #nn.layout<nhwc>, filter_layout = #nn.filter_layout<panel>, "
                            "channels = 3 : i64, ") +
                    kConv + "} : (tensor<1x1x1x2xf32>, tensor<2x1x1x2x2xf32>) -> tensor<1x1x1x3xf32>",
                "tensor<1x1x1x3xf32>", {f32({1, 1, 1, 2}, {1, 10}), f32({2, 1, 1, 2, 2}, {1, 2, 3, 4, 5, 0, 6, 0})});
  EXPECT_EQ(r, (Values{31, 42, 65})); // lane 0: 1 + 30, lane 1: 2 + 40, next panel: 5 + 60
}

TEST_F(OpsTest, GroupedConvKeepsGroupsApart) {
  Values r = runner.op("%x: tensor<1x2x1x1xf32>, %w: tensor<2x1x1x1xf32>",
                       std::string("%r = nn.conv %x, %w {groups = 2 : i64, ") + kConv +
                           "} : (tensor<1x2x1x1xf32>, tensor<2x1x1x1xf32>) -> tensor<1x2x1x1xf32>",
                       "tensor<1x2x1x1xf32>", {f32({1, 2, 1, 1}, {3, 5}), f32({2, 1, 1, 1}, {2, 7})});
  EXPECT_EQ(r, (Values{6, 35}));
}

TEST_F(OpsTest, ConvTransposeScatters) {
  Values r =
      runner.op("%x: tensor<1x1x2xf32>, %w: tensor<1x1x3xf32>",
                "%r = nn.conv_transpose %x, %w {strides = array<i64: 2>, dilations = array<i64: 1>, pads = array<i64: "
                "0, 0>, output_padding = array<i64: 0>} : (tensor<1x1x2xf32>, tensor<1x1x3xf32>) -> tensor<1x1x5xf32>",
                "tensor<1x1x5xf32>", {f32({1, 1, 2}, {1, 10}), f32({1, 1, 3}, {1, 2, 3})});
  EXPECT_EQ(r, (Values{1, 2, 13, 20, 30})); // 1 2 3 . .  +  . . 10 20 30
}

TEST_F(OpsTest, MatMulSharesTheRightMatrixAndReadsPanels) {
  Tensor a = f32({2, 1, 2}, {1, 2, 3, 4});
  Values plain = runner.op("%a: tensor<2x1x2xf32>, %b: tensor<2x3xf32>",
                           "%r = nn.matmul %a, %b : (tensor<2x1x2xf32>, tensor<2x3xf32>) -> tensor<2x1x3xf32>",
                           "tensor<2x1x3xf32>", {a, f32({2, 3}, {1, 2, 3, 4, 5, 6})});
  EXPECT_EQ(plain, (Values{9, 12, 15, 19, 26, 33}));
  Values panel = runner.op("%a: tensor<2x1x2xf32>, %b: tensor<2x2x2xf32>",
                           "%r = nn.matmul %a, %b {rhs_layout = #nn.matrix_layout<panel>, columns = 3 : i64} : "
                           "(tensor<2x1x2xf32>, tensor<2x2x2xf32>) -> tensor<2x1x3xf32>",
                           "tensor<2x1x3xf32>", {a, f32({2, 2, 2}, {1, 2, 4, 5, 3, 0, 6, 0})});
  EXPECT_EQ(panel, plain);
}

TEST_F(OpsTest, AveragePoolCountsWhatLiesInside) {
  auto pool = [&](const std::string &more) {
    return runner.op("%x: tensor<1x1x3xf32>",
                     "%r = nn.pool %x {kind = #nn.pool<average>, kernel = array<i64: 2>, strides = array<i64: 2>, "
                     "dilations = array<i64: 1>, pads = array<i64: 1, 0>" +
                         more + "} : (tensor<1x1x3xf32>) -> tensor<1x1x2xf32>",
                     "tensor<1x1x2xf32>", {f32({1, 1, 3}, {2, 4, 6})});
  };
  EXPECT_EQ(pool(""), (Values{2, 5}));
  EXPECT_EQ(pool(", count_include_pad"), (Values{1, 5}));
}

TEST_F(OpsTest, AttentionAveragesByScore) {
  // Two keys with equal scores: the mean of the values; a mask of -inf leaves the first.
  Tensor q = f32({1, 1, 1, 1}, {1}), k = f32({1, 1, 2, 1}, {3, 3}), v = f32({1, 1, 2, 1}, {2, 6});
  std::string types = "tensor<1x1x1x1xf32>, tensor<1x1x2x1xf32>, tensor<1x1x2x1xf32>", r = "tensor<1x1x1x1xf32>";
  std::string signature = "%q: tensor<1x1x1x1xf32>, %k: tensor<1x1x2x1xf32>, %v: tensor<1x1x2x1xf32>";
  EXPECT_EQ(
      runner.op(signature, "%r = nn.attention %q, %k, %v {scale = 1.0 : f64} : (" + types + ") -> " + r, r, {q, k, v}),
      Values{4});
  EXPECT_EQ(
      runner.op(signature + ", %m: tensor<1x1x1x2xf32>",
                "%r = nn.attention %q, %k, %v, %m {scale = 1.0 : f64} : (" + types + ", tensor<1x1x1x2xf32>) -> " + r,
                r, {q, k, v, f32({1, 1, 1, 2}, {0, -INFINITY})}),
      Values{2});
}

TEST_F(OpsTest, ResizeInterpolates) {
  auto resize = [&](const std::string &attributes) {
    return runner.op("%x: tensor<2xf32>",
                     "%r = nn.resize %x {" + attributes +
                         ", scales = array<f64: 2.0>, static_sizes = array<i64: 4>} : (tensor<2xf32>) -> tensor<4xf32>",
                     "tensor<4xf32>", {f32({2}, {1, 3})});
  };
  std::string floor = ", nearest = #nn.nearest<floor>";
  EXPECT_EQ(resize("mode = #nn.resize<nearest>, coordinate = #nn.coordinate<asymmetric>" + floor),
            (Values{1, 1, 3, 3}));
  EXPECT_EQ(resize("mode = #nn.resize<linear>, coordinate = #nn.coordinate<half_pixel>" + floor),
            (Values{1, 1.5, 2.5, 3}));
  EXPECT_EQ(resize("mode = #nn.resize<linear>, coordinate = #nn.coordinate<asymmetric>" + floor), (Values{1, 2, 3, 3}));
}

//===----------------------------------------------------------------------===//
// Reductions and rows
//===----------------------------------------------------------------------===//

TEST_F(OpsTest, EmptyReductionsAreNeutral) {
  auto reduce = [&](const std::string &kind) {
    return runner.op("%x: tensor<1x0xf32>",
                     "%r = nn.reduce %x {kind = #nn.reduction<" + kind +
                         ">, axes = array<i64: 1>} : (tensor<1x0xf32>) -> tensor<1xf32>",
                     "tensor<1xf32>", {f32({1, 0}, {})});
  };
  EXPECT_EQ(reduce("sum"), Values{0});
  EXPECT_EQ(reduce("prod"), Values{1});
  EXPECT_EQ(reduce("max"), Values{-INFINITY});
  EXPECT_EQ(reduce("min"), Values{INFINITY});
}

TEST_F(OpsTest, ArgReduceTakesTheFirstOrTheLast) {
  std::string t = "(tensor<4xf32>) -> tensor<i64>";
  Tensor x = f32({4}, {1, 7, 7, 2});
  EXPECT_EQ(
      runner.op("%x: tensor<4xf32>", "%r = nn.arg_reduce %x {axis = 0 : i64, largest} : " + t, "tensor<i64>", {x}),
      Values{1});
  EXPECT_EQ(runner.op("%x: tensor<4xf32>", "%r = nn.arg_reduce %x {axis = 0 : i64, largest, select_last} : " + t,
                      "tensor<i64>", {x}),
            Values{2});
  EXPECT_EQ(runner.op("%x: tensor<4xf32>", "%r = nn.arg_reduce %x {axis = 0 : i64} : " + t, "tensor<i64>", {x}),
            Values{0});
}

TEST_F(OpsTest, SoftmaxOfLargeNumbersIsFinite) {
  Values r = runner.op("%x: tensor<2xf32>", "%r = nn.softmax %x {axis = 0 : i64} : (tensor<2xf32>) -> tensor<2xf32>",
                       "tensor<2xf32>", {f32({2}, {10000, 10000})});
  EXPECT_EQ(r, (Values{0.5, 0.5}));
}

TEST_F(OpsTest, NormHasMeanZeroAndTakesScaleAndBias) {
  Values r = runner.op("%x: tensor<1x2xf32>, %s: tensor<2xf32>, %b: tensor<2xf32>",
                       "%r = nn.norm %x scale(%s) bias(%b) {axis = 1 : i64, epsilon = 0.0 : f64} : (tensor<1x2xf32>, "
                       "tensor<2xf32>, tensor<2xf32>) -> tensor<1x2xf32>",
                       "tensor<1x2xf32>", {f32({1, 2}, {1, 5}), f32({2}, {2, 3}), f32({2}, {10, 20})});
  EXPECT_EQ(r, (Values{8, 23})); // mean 3, deviation 2: -1 and 1
}

TEST_F(OpsTest, CumSumExclusiveAndReverse) {
  auto scan = [&](const std::string &more) {
    return runner.op("%x: tensor<3xi64>",
                     "%r = nn.cumsum %x {axis = 0 : i64" + more + "} : (tensor<3xi64>) -> tensor<3xi64>",
                     "tensor<3xi64>", {i64({3}, {1, 2, 4})});
  };
  EXPECT_EQ(scan(""), (Values{1, 3, 7}));
  EXPECT_EQ(scan(", exclusive"), (Values{0, 1, 3}));
  EXPECT_EQ(scan(", reverse"), (Values{7, 6, 4}));
  EXPECT_EQ(scan(", exclusive, reverse"), (Values{6, 4, 0}));
}

TEST_F(OpsTest, TopKBreaksTiesByIndex) {
  Values r = runner.op(
      "%x: tensor<4xf32>",
      "%v, %r = nn.topk %x {axis = 0 : i64, k = 3 : i64, largest} : (tensor<4xf32>) -> (tensor<3xf32>, tensor<3xi64>)",
      "tensor<3xi64>", {f32({4}, {5, 9, 9, 7})});
  EXPECT_EQ(r, (Values{1, 2, 3}));
}

//===----------------------------------------------------------------------===//
// Indexed
//===----------------------------------------------------------------------===//

TEST_F(OpsTest, GatherCountsNegativeIndicesFromTheEnd) {
  Values r = runner.op("%x: tensor<3x2xf32>, %i: tensor<2xi64>",
                       "%r = nn.gather %x, %i {axis = 0 : i64} : (tensor<3x2xf32>, tensor<2xi64>) -> tensor<2x2xf32>",
                       "tensor<2x2xf32>", {f32({3, 2}, {1, 2, 3, 4, 5, 6}), i64({2}, {-1, 0})});
  EXPECT_EQ(r, (Values{5, 6, 1, 2}));
}

TEST_F(OpsTest, GatherElements) {
  Values r = runner.op(
      "%x: tensor<2x2xf32>, %i: tensor<2x2xi64>",
      "%r = nn.gather_elements %x, %i {axis = 1 : i64} : (tensor<2x2xf32>, tensor<2x2xi64>) -> tensor<2x2xf32>",
      "tensor<2x2xf32>", {f32({2, 2}, {1, 2, 3, 4}), i64({2, 2}, {0, 0, 1, 0})});
  EXPECT_EQ(r, (Values{1, 1, 4, 3}));
}

TEST_F(OpsTest, GatherNDWithBatch) {
  Values r =
      runner.op("%x: tensor<2x2xf32>, %i: tensor<2x1xi64>",
                "%r = nn.gather_nd %x, %i {batch_dims = 1 : i64} : (tensor<2x2xf32>, tensor<2x1xi64>) -> tensor<2xf32>",
                "tensor<2xf32>", {f32({2, 2}, {1, 2, 3, 4}), i64({2, 1}, {1, 0})});
  EXPECT_EQ(r, (Values{2, 3}));
}

TEST_F(OpsTest, ScattersUpdateInOrder) {
  Tensor x = f32({3}, {1, 2, 3}), u = f32({2}, {10, 20});
  std::string signature = "%x: tensor<3xf32>, %i: tensor<2xi64>, %u: tensor<2xf32>",
              types = " : (tensor<3xf32>, tensor<2xi64>, tensor<2xf32>) -> tensor<3xf32>";
  auto scatter = [&](const std::string &kind) {
    return runner.op(signature,
                     "%r = nn.scatter_elements %x, %i, %u {axis = 0 : i64, kind = #nn.scatter<" + kind + ">}" + types,
                     "tensor<3xf32>", {x, i64({2}, {1, 1}), u});
  };
  EXPECT_EQ(scatter("none"), (Values{1, 20, 3}));
  EXPECT_EQ(scatter("add"), (Values{1, 32, 3}));
  EXPECT_EQ(scatter("max"), (Values{1, 20, 3}));
}

TEST_F(OpsTest, ScatterNDReplacesRows) {
  Values r = runner.op("%x: tensor<2x2xf32>, %i: tensor<1x1xi64>, %u: tensor<1x2xf32>",
                       "%r = nn.scatter_nd %x, %i, %u {kind = #nn.scatter<none>} : (tensor<2x2xf32>, tensor<1x1xi64>, "
                       "tensor<1x2xf32>) -> tensor<2x2xf32>",
                       "tensor<2x2xf32>", {f32({2, 2}, {1, 2, 3, 4}), i64({1, 1}, {1}), f32({1, 2}, {8, 9})});
  EXPECT_EQ(r, (Values{1, 2, 8, 9}));
}

} // namespace
