// Calls, kernels, weights, control flow, and every way in which a run ends with an error.
#include "Run.h"
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <gtest/gtest.h>
#include <unistd.h>

using namespace hewn::interp;

namespace {

struct InterpreterTest : ::testing::Test {
  test::Runner runner;
  bool failedWith(const char *text) { return llvm::StringRef(runner.errors).contains(text); }
};

//===----------------------------------------------------------------------===//
// What runs
//===----------------------------------------------------------------------===//

TEST_F(InterpreterTest, LaunchRunsAKernelAndInvokeANestedModule) {
  auto r = runner.module(R"(
    module @cpu {
      hewn.kernel @relu(%x: tensor<?xf32>, %out: tensor<?xf32>) -> tensor<?xf32> {
        %0 = nn.elementwise %x {kind = #nn.kind<relu>} : (tensor<?xf32>) -> tensor<?xf32>
        hewn.return %0 : tensor<?xf32>
      }
      func.func @main(%x: tensor<?xf32>) -> tensor<?xf32> {
        %c0 = arith.constant 0 : index
        %n = tensor.dim %x, %c0 : tensor<?xf32>
        %e = tensor.empty(%n) : tensor<?xf32>
        %0 = hewn.launch @relu dims() ins(%x : tensor<?xf32>) outs(%e : tensor<?xf32>) -> (tensor<?xf32>)
        return %0 : tensor<?xf32>
      }
    }
    func.func @main(%x: tensor<?xf32>, %e: tensor<?xf32>) -> tensor<?xf32> {
      %0 = hewn.invoke @cpu::@main ins(%x : tensor<?xf32>) outs(%e : tensor<?xf32>) -> (tensor<?xf32>)
      return %0 : tensor<?xf32>
    })",
                         {runner.tensor("f32", {2}, {-1, 2}), runner.tensor("f32", {2}, {0, 0})});
  ASSERT_EQ(r.size(), 1u) << runner.errors;
  EXPECT_EQ(r[0].getFloat(0), 0);
  EXPECT_EQ(r[0].getFloat(1), 2);
}

TEST_F(InterpreterTest, LoopsAndBranches) {
  auto r = runner.module(R"(
    func.func @main(%n: tensor<index>) -> (tensor<index>, tensor<index>) {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %end = tensor.extract %n[] : tensor<index>
      %sum = scf.for %i = %c0 to %end step %c1 iter_args(%s = %c0) -> index {
        %odd = arith.andi %i, %c1 : index
        %is = arith.cmpi eq, %odd, %c1 : index
        %t = scf.if %is -> index {
          %a = arith.addi %s, %i : index
          scf.yield %a : index
        } else {
          scf.yield %s : index
        }
        scf.yield %t : index
      }
      %w = scf.while (%x = %end) : (index) -> index {
        %more = arith.cmpi sgt, %x, %c1 : index
        scf.condition(%more) %x : index
      } do {
      ^bb0(%x: index):
        %half = arith.shrui %x, %c1 : index
        scf.yield %half : index
      }
      %0 = tensor.from_elements %sum : tensor<index>
      %1 = tensor.from_elements %w : tensor<index>
      return %0, %1 : tensor<index>, tensor<index>
    })",
                         {runner.tensor("index", {}, {6})});
  ASSERT_EQ(r.size(), 2u) << runner.errors;
  EXPECT_EQ(r[0].getInteger(0), 9); // 1 + 3 + 5
  EXPECT_EQ(r[1].getInteger(0), 1);
}

/// A file of eight bytes: two floats, read at offset 4 (unaligned for nothing, but behind a header).
struct WeightsTest : InterpreterTest {
  std::string folder;
  void SetUp() override {
    char name[] = "/tmp/hewn-weights-XXXXXX";
    folder = mkdtemp(name);
    float values[] = {1, 2, 3};
    std::ofstream(folder + "/w.bin", std::ios::binary) << '!' << std::string(reinterpret_cast<char *>(values), 12);
  }
  void TearDown() override {
    std::remove((folder + "/w.bin").c_str());
    rmdir(folder.c_str());
  }
  std::vector<Tensor> load(const std::string &weights, const std::string &type) {
    return runner.module(weights + "\nfunc.func @main() -> " + type + " {\n%0 = hewn.load_weight @w : " + type +
                             "\nreturn %0 : " + type + "\n}",
                         {}, {}, folder);
  }
};

TEST_F(WeightsTest, MapsUnalignedSlices) {
  auto r = load("hewn.weight @w : tensor<2xf32> source #hewn.source<\"w.bin\", 5, 8>", "tensor<2xf32>");
  ASSERT_EQ(r.size(), 1u) << runner.errors;
  EXPECT_EQ(r[0].getFloat(0), 2);
  EXPECT_EQ(r[0].getFloat(1), 3);
}

TEST_F(WeightsTest, ComputesRegions) {
  auto r = load(R"(hewn.weight @s : tensor<3xf32> source #hewn.source<"w.bin", 1, 12>
                   hewn.weight @w : tensor<3xf32> {
                     %0 = hewn.load_weight @s : tensor<3xf32>
                     %1 = nn.elementwise %0, %0 {kind = #nn.kind<mul>} : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
                     hewn.return %1 : tensor<3xf32>
                   })",
                "tensor<3xf32>");
  ASSERT_EQ(r.size(), 1u) << runner.errors;
  EXPECT_EQ(r[0].getFloat(2), 9);
}

TEST_F(WeightsTest, RefusesSlicesBeyondTheFile) {
  EXPECT_TRUE(load("hewn.weight @w : tensor<2xf32> source #hewn.source<\"w.bin\", 6, 8>", "tensor<2xf32>").empty());
  EXPECT_TRUE(failedWith("[HWN6005]: weight 'w': bytes 6 to 6 + 8 do not lie in")) << runner.errors;
  EXPECT_TRUE(
      load("hewn.weight @w : tensor<2xf32> source #hewn.source<\"w.bin\", 9223372036854775807, 8>", "tensor<2xf32>")
          .empty());
  EXPECT_TRUE(failedWith("[HWN6005]")) << runner.errors;
}

TEST_F(WeightsTest, RefusesMissingFilesAndCycles) {
  EXPECT_TRUE(load("hewn.weight @w : tensor<2xf32> source #hewn.source<\"none.bin\", 0, 8>", "tensor<2xf32>").empty());
  EXPECT_TRUE(failedWith("cannot read")) << runner.errors;
  EXPECT_TRUE(load("hewn.weight @w : tensor<2xf32> {\n%0 = hewn.load_weight @w : tensor<2xf32>\nhewn.return %0 : "
                   "tensor<2xf32>\n}",
                   "tensor<2xf32>")
                  .empty());
  EXPECT_TRUE(failedWith("it is computed from itself")) << runner.errors;
}

//===----------------------------------------------------------------------===//
// What is refused
//===----------------------------------------------------------------------===//

TEST_F(InterpreterTest, GuardEndsTheRunWithItsCode) {
  auto r = runner.module(R"(func.func @main(%c: tensor<i1>) {
    %0 = tensor.extract %c[] : tensor<i1>
    hewn.guard %0, 6004, "sizes of a and b differ"
    return
  })",
                         {runner.tensor("i1", {}, {0})});
  EXPECT_TRUE(failedWith("[HWN6004]: sizes of a and b differ")) << runner.errors;
}

TEST_F(InterpreterTest, IndexOutOfRange) {
  EXPECT_TRUE(runner
                  .op("%x: tensor<2xf32>, %i: tensor<1xi64>",
                      "%r = nn.gather %x, %i {axis = 0 : i64} : (tensor<2xf32>, tensor<1xi64>) -> tensor<1xf32>",
                      "tensor<1xf32>", {runner.tensor("f32", {2}, {1, 2}), runner.tensor("i64", {1}, {-3})})
                  .empty());
  EXPECT_TRUE(failedWith("nn.gather: index -3 is out of range for a dimension of 2")) << runner.errors;
}

TEST_F(InterpreterTest, DynamicSizesThatDisagree) {
  std::string t = "tensor<?xf32>";
  EXPECT_TRUE(runner
                  .op("%x: " + t + ", %y: " + t,
                      "%r = nn.elementwise %x, %y {kind = #nn.kind<add>} : (" + t + ", " + t + ") -> " + t, t,
                      {runner.tensor("f32", {2}, {1, 2}), runner.tensor("f32", {3}, {1, 2, 3})})
                  .empty());
  EXPECT_TRUE(failedWith("sizes [2] and [3] differ")) << runner.errors;
}

TEST_F(InterpreterTest, SliceBeyondADynamicSize) {
  EXPECT_TRUE(runner
                  .op("%x: tensor<?xf32>",
                      "%r = nn.slice %x {static_offsets = array<i64: 1>, static_sizes = array<i64: 2>, steps = "
                      "array<i64: 1>} : (tensor<?xf32>) -> tensor<2xf32>",
                      "tensor<2xf32>", {runner.tensor("f32", {2}, {1, 2})})
                  .empty());
  EXPECT_TRUE(failedWith("offset 1, size 2, step 1 leave a size of 2")) << runner.errors;
}

TEST_F(InterpreterTest, StepLimit) {
  Options options;
  options.maxSteps = 1000;
  runner.module(R"(func.func @main() {
    %true = arith.constant true
    scf.while : () -> () {
      scf.condition(%true)
    } do {
      scf.yield
    }
    return
  })",
                {}, options);
  EXPECT_TRUE(failedWith("more than 1000 operations")) << runner.errors;
}

TEST_F(InterpreterTest, CallsWithoutEnd) {
  runner.module("func.func @main() {\nfunc.call @main() : () -> ()\nreturn\n}", {});
  EXPECT_TRUE(failedWith("nested calls")) << runner.errors;
}

TEST_F(InterpreterTest, ResultsThatAreTooLarge) {
  EXPECT_TRUE(runner
                  .op("%x: tensor<f32>, %n: tensor<index>",
                      "%e = tensor.extract %n[] : tensor<index>\n%r = nn.broadcast %x, %e {static_sizes = array<i64: "
                      "-9223372036854775808>} : (tensor<f32>, index) -> tensor<?xf32>",
                      "tensor<?xf32>", {runner.tensor("f32", {}, {1}), runner.tensor("index", {}, {1e18})})
                  .empty());
  EXPECT_TRUE(failedWith("is impossible or too large")) << runner.errors;
}

TEST_F(InterpreterTest, UnknownOps) {
  runner.module("func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {\n%0 = math.absf %x : tensor<2xf32>\nreturn %0 : "
                "tensor<2xf32>\n}",
                {runner.tensor("f32", {2}, {1, 2})});
  EXPECT_TRUE(failedWith("math.absf: the interpreter does not know this op")) << runner.errors;
}

TEST_F(InterpreterTest, WrongInputs) {
  std::string text =
      R"(func.func @main(%x: tensor<?x2xf32> {hewn.name = "a", hewn.dims = ["N", ""]}, %y: tensor<?xf32> {hewn.name = "b", hewn.dims = ["N"]}) { return })";
  Tensor x = runner.tensor("f32", {3, 2}, {0}), y = runner.tensor("f32", {3}, {0});
  runner.module(text, {x});
  EXPECT_TRUE(failedWith("takes 2 inputs, not 1")) << runner.errors;
  runner.module(text, {y, y});
  EXPECT_TRUE(failedWith("input 0 'a' has type tensor<3xf32>, not tensor<?x2xf32>")) << runner.errors;
  runner.module(text, {x, runner.tensor("f32", {4}, {0})});
  EXPECT_TRUE(failedWith("[HWN6004]: dimension 'N' is 3 in one input and 4 in another")) << runner.errors;
  runner.module(text, {x, y});
  EXPECT_EQ(runner.errors, "");
}

} // namespace
