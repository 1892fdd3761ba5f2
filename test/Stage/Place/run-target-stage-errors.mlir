// RUN: hewn-opt %s --hewn-run-target-stage="stage=kernels" --verify-diagnostics --split-input-file
// RUN: not hewn-opt %s --hewn-run-target-stage="stage=somewhere" --split-input-file 2>&1 | FileCheck %s
// CHECK: option stage of hewn-run-target-stage names no stage: 'somewhere'

// expected-error @+1 {{[HWN3001]: unknown target 'npu'; known targets:}}
module attributes {hewn.target = #hewn.target<"npu", {}>} {
}
