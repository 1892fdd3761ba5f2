// The runtime of compiled models: hash, weights files, instruction sets, the pool, and the checks around a run.
#include "../../lib/Runtime/runtime.h"
#include "gtest/gtest.h"
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

uint64_t hashOf(const std::string &text, size_t step) {
  hewn_rt_hash state;
  hewn_rt_hash_init(&state);
  for (size_t at = 0; at < text.size(); at += step)
    hewn_rt_hash_update(&state, text.data() + at, std::min(step, text.size() - at));
  return hewn_rt_hash_final(&state);
}

TEST(Hash, KnownValues) { // from the specification's test vectors
  EXPECT_EQ(hashOf("", 1), 0xEF46DB3751D8E999u);
  EXPECT_EQ(hashOf("a", 1), 0xD24EC4F1A98C6E5Bu);
  EXPECT_EQ(hashOf("abc", 3), 0x44BC2CF5AD770999u);
  EXPECT_EQ(hashOf("Nobody inspects the spammish repetition", 100), 0xFBCEA83C8A378BF1u);
}

TEST(Hash, PartsDoNotMatter) {
  std::string text;
  for (int i = 0; i < 1000; ++i)
    text += static_cast<char>(i * 37);
  for (size_t step : {1, 7, 31, 32, 33, 64, 999})
    EXPECT_EQ(hashOf(text, step), hashOf(text, text.size())) << step;
}

struct WeightsFile : testing::Test {
  std::string path = testing::TempDir() + "hewn_runtime_test_" + std::to_string(getpid()) + ".weights";
  std::string data = std::string(1000, 'w');
  hewn_rt_weights_header header = {};
  void *map = nullptr;
  size_t mapBytes = 0;
  const char *mapped = nullptr, *message = nullptr;

  void SetUp() override {
    std::memcpy(header.magic, HEWN_RT_MAGIC, sizeof header.magic);
    header.abi = HEWN_ABI;
    header.header_bytes = sizeof header;
    header.data_bytes = data.size();
    header.hash = hashOf(data, data.size());
  }
  void TearDown() override { std::remove(path.c_str()); }
  hewn_status load() {
    std::ofstream file(path, std::ios::binary);
    file.write(reinterpret_cast<const char *>(&header), sizeof header);
    file << data;
    file.close();
    return hewn_rt_map_weights(path.c_str(), 1000, hashOf(std::string(1000, 'w'), 1000), &map, &mapBytes, &mapped,
                               &message);
  }
};

TEST_F(WeightsFile, IsMapped) {
  ASSERT_EQ(load(), HEWN_STATUS_OK);
  EXPECT_EQ(std::string(mapped, 1000), data);
  EXPECT_EQ(reinterpret_cast<uintptr_t>(mapped) % 64, 0u);
  hewn_rt_unmap(map, mapBytes);
}
TEST_F(WeightsFile, DamageIsFound) {
  data[500] = 'x';
  EXPECT_EQ(load(), HEWN_STATUS_WEIGHTS);
  EXPECT_STREQ(message, "the weights file is damaged");
}
TEST_F(WeightsFile, OtherModelIsRefused) {
  ++header.hash;
  EXPECT_EQ(load(), HEWN_STATUS_WEIGHTS);
  EXPECT_STREQ(message, "the weights file belongs to another model");
}
TEST_F(WeightsFile, OtherVersionIsRefused) {
  ++header.abi;
  EXPECT_EQ(load(), HEWN_STATUS_ABI);
}
TEST_F(WeightsFile, OtherFormatIsRefused) {
  header.magic[0] = 'x';
  EXPECT_EQ(load(), HEWN_STATUS_WEIGHTS);
  EXPECT_STREQ(message, "this is not a weights file");
}
TEST_F(WeightsFile, ShortFileIsRefused) {
  data.pop_back();
  EXPECT_EQ(load(), HEWN_STATUS_WEIGHTS);
  EXPECT_STREQ(message, "the weights file has the wrong size");
}
TEST_F(WeightsFile, MissingFileIsRefused) {
  EXPECT_EQ(hewn_rt_map_weights("/nonexistent", 1, 1, &map, &mapBytes, &mapped, &message), HEWN_STATUS_WEIGHTS);
}

TEST(Features, UnknownOnesAreMissing) {
  size_t length = 0;
  EXPECT_EQ(hewn_rt_missing_feature("", &length), nullptr);
  std::string list = "no-such-extension,avx";
  EXPECT_EQ(hewn_rt_missing_feature(list.c_str(), &length), list.c_str());
  EXPECT_EQ(length, 17u);
}
#if defined(__x86_64__)
TEST(Features, AgreeWithTheCompiler) {
  size_t length;
  EXPECT_EQ(hewn_rt_missing_feature("sse4.2", &length) == nullptr, !!__builtin_cpu_supports("sse4.2"));
  EXPECT_EQ(hewn_rt_missing_feature("avx2", &length) == nullptr, !!__builtin_cpu_supports("avx2"));
  EXPECT_EQ(hewn_rt_missing_feature("fma", &length) == nullptr, !!__builtin_cpu_supports("fma"));
  EXPECT_EQ(hewn_rt_missing_feature("avx512f", &length) == nullptr, !!__builtin_cpu_supports("avx512f"));
  EXPECT_EQ(hewn_rt_missing_feature("avx512bf16", &length) == nullptr, !!__builtin_cpu_supports("avx512bf16"));
  EXPECT_EQ(hewn_rt_missing_feature("avx512vnni", &length) == nullptr, !!__builtin_cpu_supports("avx512vnni"));
}
#endif

/// Adds 1 to each element of its range; dims[0] is how often to do it, for longer kernels.
void addOne(void *const *buffers, const int64_t *dims, int64_t begin, int64_t end) {
  auto *counts = static_cast<int *>(buffers[0]);
  for (int64_t repeat = 0; repeat < dims[0]; ++repeat)
    for (int64_t i = begin; i < end; ++i)
      ++counts[i];
}

struct Pool : testing::TestWithParam<int> {};

TEST_P(Pool, EveryElementOnce) {
  hewn_exec *exec = nullptr;
  ASSERT_EQ(hewn_rt_pool_create(GetParam(), &exec), HEWN_STATUS_OK);
  EXPECT_EQ(exec->threads, GetParam());
  for (int64_t extent : {0, 1, 2, 3, 7, 8, 100, 1000}) {
    std::vector<int> counts(extent + 1);
    void *buffers[] = {counts.data()};
    int64_t dims[] = {1};
    constexpr int kJobs = 300;
    for (int job = 0; job < kJobs; ++job)
      exec->parallel_for(exec->self, addOne, buffers, dims, extent);
    for (int64_t i = 0; i < extent; ++i)
      ASSERT_EQ(counts[i], kJobs) << "of " << extent << " at " << i;
    EXPECT_EQ(counts[extent], 0);
  }
  hewn_rt_pool_destroy(exec);
}

TEST_P(Pool, SleepingWorkersWakeUp) {
  hewn_exec *exec = nullptr;
  ASSERT_EQ(hewn_rt_pool_create(GetParam(), &exec), HEWN_STATUS_OK);
  std::vector<int> counts(64);
  void *buffers[] = {counts.data()};
  int64_t dims[] = {20000}; // long enough that every worker gets its part
  for (int job = 0; job < 3; ++job) {
    usleep(20000);
    exec->parallel_for(exec->self, addOne, buffers, dims, 64);
  }
  for (int count : counts)
    EXPECT_EQ(count, 60000);
  hewn_rt_pool_destroy(exec);
}

TEST_P(Pool, CallersShareIt) {
  hewn_exec *exec = nullptr;
  ASSERT_EQ(hewn_rt_pool_create(GetParam(), &exec), HEWN_STATUS_OK);
  std::vector<std::thread> callers;
  std::vector<std::vector<int>> counts(3, std::vector<int>(50));
  for (std::vector<int> &mine : counts)
    callers.emplace_back([&mine, exec] {
      void *buffers[] = {mine.data()};
      int64_t dims[] = {1};
      for (int job = 0; job < 500; ++job)
        exec->parallel_for(exec->self, addOne, buffers, dims, 50);
    });
  for (std::thread &caller : callers)
    caller.join();
  for (const std::vector<int> &mine : counts)
    for (int count : mine)
      ASSERT_EQ(count, 500);
  hewn_rt_pool_destroy(exec);
}
INSTANTIATE_TEST_SUITE_P(Threads, Pool, testing::Values(1, 2, 3, 8));

TEST(PoolCreate, RefusesNonsense) {
  hewn_exec *exec = nullptr;
  EXPECT_EQ(hewn_rt_pool_create(-1, &exec), HEWN_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(hewn_rt_pool_create(100000, &exec), HEWN_STATUS_INVALID_ARGUMENT);
  EXPECT_EQ(hewn_rt_pool_create(1, nullptr), HEWN_STATUS_INVALID_ARGUMENT);
  EXPECT_GE(hewn_rt_available_threads(), 1);
}

TEST(PoolCreate, WorksAfterFork) {
  hewn_exec *exec = nullptr;
  ASSERT_EQ(hewn_rt_pool_create(2, &exec), HEWN_STATUS_OK);
  pid_t child = fork();
  if (child == 0) {
    std::vector<int> counts(10);
    void *buffers[] = {counts.data()};
    int64_t dims[] = {1};
    exec->parallel_for(exec->self, addOne, buffers, dims, 10);
    _exit(counts[9] == 1 ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  hewn_rt_pool_destroy(exec);
}

// A model without weights: one input and output of N floats; the arena holds N floats.
hewn_status query(const int64_t *dims, int64_t *arena, int64_t *sizes) {
  if (__builtin_mul_overflow(dims[0], int64_t(4), arena))
    return HEWN_STATUS_OVERFLOW;
  sizes[0] = dims[0];
  return HEWN_STATUS_OK;
}
hewn_status copyInput(const void *const *inputs, void *const *outputs, const int64_t *dims, const int64_t *sizes,
                      const char *, char *, const hewn_exec *, const char **message) {
  if (dims[0] > 8) {
    *message = "N is larger than 8";
    return HEWN_STATUS_SHAPE;
  }
  std::memcpy(outputs[0], inputs[0], static_cast<size_t>(sizes[0]) * sizeof(float));
  return HEWN_STATUS_OK;
}
const int64_t kSizes[] = {-1};
const int32_t kSymbols[] = {0};
const hewn_tensor_info kInput = {"x", HEWN_F32, 1, 4, kSizes, kSymbols},
                       kOutput = {"y", HEWN_F32, 1, 4, kSizes, kSymbols};
const char *const kDims[] = {"N"};

hewn_rt_model makeModel(const char *features) {
  return {
      {sizeof(hewn_model_info), HEWN_ABI, 1, 1, 1, 1, 0, "test", &kInput, &kOutput, kDims, -1, 0, 0, features, nullptr},
      query,
      copyInput};
}

struct Model : testing::Test {
  hewn_rt_model model = makeModel("");
  hewn_weights *weights = nullptr;
  alignas(64) float arena[8] = {};
  float x[8] = {1, 2, 3}, y[8] = {};
  const void *inputs[1] = {x};
  void *outputs[1] = {y};
  int64_t dims[1] = {3};

  void SetUp() override { ASSERT_EQ(hewn_rt_load(&model, nullptr, &weights), HEWN_STATUS_OK); }
  void TearDown() override { hewn_rt_unload(weights); }
  hewn_status run(size_t bytes = sizeof arena, const hewn_exec *exec = nullptr) {
    return hewn_rt_run(&model, weights, inputs, outputs, dims, arena, bytes, exec);
  }
};

TEST_F(Model, Runs) {
  ASSERT_EQ(run(), HEWN_STATUS_OK);
  EXPECT_EQ(y[2], 3);
}
TEST_F(Model, SmallArenaIsRefused) { EXPECT_EQ(run(8), HEWN_STATUS_ARENA); }
TEST_F(Model, MisalignedArenaIsRefused) {
  EXPECT_EQ(hewn_rt_run(&model, weights, inputs, outputs, dims, arena + 1, 28, nullptr), HEWN_STATUS_ARENA);
}
TEST_F(Model, NullInputIsNamed) {
  inputs[0] = nullptr;
  EXPECT_EQ(run(), HEWN_STATUS_INVALID_ARGUMENT);
  EXPECT_STREQ(hewn_rt_message(HEWN_STATUS_INVALID_ARGUMENT), "tensor 'x' is NULL");
}
TEST_F(Model, MisalignedInputIsRefused) {
  inputs[0] = reinterpret_cast<char *>(x) + 1;
  EXPECT_EQ(run(), HEWN_STATUS_INVALID_ARGUMENT);
}
TEST_F(Model, GuardSpeaks) {
  dims[0] = 9;
  alignas(64) float large[16];
  EXPECT_EQ(hewn_rt_run(&model, weights, inputs, outputs, dims, large, sizeof large, nullptr), HEWN_STATUS_SHAPE);
  EXPECT_STREQ(hewn_rt_message(HEWN_STATUS_SHAPE), "N is larger than 8");
  EXPECT_STREQ(hewn_rt_message(HEWN_STATUS_ARENA), "the arena is too small or not aligned to 64 bytes");
}
TEST_F(Model, NegativeAndHugeSizesAreRefused) {
  for (int64_t size : {int64_t(-1), INT64_MAX}) {
    dims[0] = size;
    EXPECT_EQ(run(), HEWN_STATUS_OVERFLOW);
  }
}
TEST_F(Model, OtherExecutorVersionIsRefused) {
  hewn_exec exec = {8, nullptr, 1, nullptr};
  EXPECT_EQ(run(sizeof arena, &exec), HEWN_STATUS_ABI);
}
TEST_F(Model, OtherModelsWeightsAreRefused) {
  hewn_rt_model other = makeModel("");
  EXPECT_EQ(hewn_rt_run(&other, weights, inputs, outputs, dims, arena, sizeof arena, nullptr),
            HEWN_STATUS_INVALID_ARGUMENT);
}
TEST(Load, RefusesMachine) {
  hewn_rt_model model = makeModel("no-such-extension");
  hewn_weights *weights = nullptr;
  EXPECT_EQ(hewn_rt_load(&model, nullptr, &weights), HEWN_STATUS_CPU);
  EXPECT_STREQ(hewn_rt_message(HEWN_STATUS_CPU),
               "this machine lacks 'no-such-extension', which the model was compiled for");
  EXPECT_EQ(weights, nullptr);
}

} // namespace
