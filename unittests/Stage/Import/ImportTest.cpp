// The importer on bytes in memory: the wire format, and files that are cut off or damaged at every place.
#include "hewn/Stage/Import/Import.h"
#include "lib/Stage/Import/Wire.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/raw_ostream.h"
#include <gtest/gtest.h>

using namespace hewn::import;

static std::string varint(uint64_t value) {
  std::string bytes;
  for (; value > 127; value >>= 7)
    bytes.push_back(static_cast<char>(value | 128));
  bytes.push_back(static_cast<char>(value));
  return bytes;
}
static std::string field(unsigned number, uint64_t value) { return varint(number << 3) + varint(value); }
static std::string field(unsigned number, const std::string &bytes) {
  return varint(number << 3 | 2) + varint(bytes.size()) + bytes;
}

/// y = Softmax<axis = 0>(Add(x, w)) with a tensor<2x3xf32> w.
static std::string model() {
  std::string shape = field(1, field(1, 2)) + field(1, field(2, std::string("n")));
  auto value = [&](const char *name) {
    return field(1, std::string(name)) + field(2, field(1, field(1, 1) + field(2, shape)));
  };
  std::string tensor =
      field(1, varint(2) + varint(3)) + field(2, 1) + field(8, std::string("w")) + field(9, std::string(24, '\1'));
  std::string add = field(1, std::string("x")) + field(1, std::string("w")) + field(2, std::string("s")) +
                    field(4, std::string("Add")) + field(3, std::string("first"));
  std::string axis = field(1, std::string("axis")) + field(20, 2) + field(3, 0);
  std::string softmax =
      field(1, std::string("s")) + field(2, std::string("y")) + field(4, std::string("Softmax")) + field(5, axis);
  std::string graph =
      field(1, add) + field(1, softmax) + field(5, tensor) + field(11, value("x")) + field(12, value("y"));
  return field(1, 8) + field(8, field(2, 13)) + field(7, graph);
}

namespace {
struct Import : testing::Test {
  /// "" for a module, else the first diagnostic.
  std::string run(llvm::StringRef bytes) {
    std::string first;
    mlir::ScopedDiagnosticHandler handler(&context, [&](mlir::Diagnostic &diagnostic) {
      if (first.empty())
        first = diagnostic.str();
    });
    mlir::OwningOpRef<mlir::ModuleOp> module = hewn::importONNXBuffer(bytes, "m.onnx", "", context);
    EXPECT_EQ(bool(module), first.empty()) << first;
    return first;
  }
  void expectCoded(const std::string &answer) {
    EXPECT_TRUE(answer.empty() || llvm::StringRef(answer).starts_with("[HWN1")) << answer;
  }
  mlir::MLIRContext context{mlir::MLIRContext::Threading::DISABLED};
};
} // namespace

TEST(Wire, Varints) {
  uint64_t value;
  std::string bytes = varint(~0ull) + "x";
  llvm::StringRef rest = bytes;
  EXPECT_TRUE(takeVarint(rest, value));
  EXPECT_EQ(value, ~0ull);
  EXPECT_EQ(rest, "x");
  for (std::string cut : {std::string(), std::string("\x80"), std::string(10, '\x80') + '\1'}) {
    rest = cut;
    EXPECT_FALSE(takeVarint(rest, value));
  }
}

TEST(Wire, NothingIsReadOutside) {
  for (const std::string &message : {
           varint(1 << 3 | 2) + varint(1),           // bytes that are not there
           varint(1 << 3 | 2) + varint(~0ull),       // a length that overflows
           varint(1 << 3 | 1) + std::string(7, 'x'), // half a fixed64
           varint(1 << 3 | 5) + std::string(3, 'x'), // half a fixed32
           varint(1 << 3 | 3),
           varint(1 << 3 | 7), // a group; a wire type that does not exist
           varint(0),          // field number 0
       }) {
    WireReader reader(message);
    EXPECT_FALSE(reader.next());
    EXPECT_TRUE(reader.malformed);
  }
  WireReader empty("");
  EXPECT_FALSE(empty.next());
  EXPECT_FALSE(empty.malformed);
}

TEST(Source, AFileThatShrinksReadsAsZeros) {
  llvm::SmallString<128> path;
  int file;
  ASSERT_FALSE(llvm::sys::fs::createTemporaryFile("hewn", "onnx", file, path));
  {
    llvm::raw_fd_ostream(file, /*shouldClose=*/true) << std::string(100000, 'x');
  }
  std::error_code error;
  std::unique_ptr<Source> source = Source::open(path, error);
  ASSERT_TRUE(source);
  llvm::StringRef bytes = source->bytes();
  EXPECT_EQ(bytes.size(), 100000u);
  source->fetch(bytes.take_front(10));
  EXPECT_FALSE(source->changed());
  ASSERT_FALSE(llvm::sys::fs::openFileForWrite(path, file, llvm::sys::fs::CD_OpenExisting));
  ASSERT_FALSE(llvm::sys::fs::resize_file(file, 50000));
  llvm::sys::Process::SafelyCloseFileDescriptor(file);
  source->fetch(bytes);
  EXPECT_EQ(bytes[0], 'x');
  EXPECT_EQ(bytes[49999], 'x');
  EXPECT_EQ(bytes[60000], 0);
  EXPECT_TRUE(source->changed());
  ASSERT_FALSE(llvm::sys::fs::remove(path));
}

TEST(Source, OnlyRegularFiles) {
  std::error_code error;
  EXPECT_FALSE(Source::open("/", error));
  EXPECT_EQ(error, std::errc::is_a_directory);
  EXPECT_FALSE(Source::open("/dev/null", error));
  EXPECT_EQ(error, std::errc::invalid_argument);
  EXPECT_FALSE(Source::open("/no/such/file", error));
  EXPECT_EQ(error, std::errc::no_such_file_or_directory);
}

TEST_F(Import, Model) { EXPECT_EQ(run(model()), ""); }

TEST_F(Import, EveryPrefixIsRefused) {
  std::string whole = model();
  for (size_t size = 0; size < whole.size(); ++size) {
    // A copy of its own, so that a sanitizer sees reads behind the end.
    std::vector<char> bytes(whole.begin(), whole.begin() + size);
    EXPECT_TRUE(llvm::StringRef(run({bytes.data(), bytes.size()})).starts_with("[HWN1002]")) << size;
  }
}

TEST_F(Import, EveryDamagedByteGetsAnAnswer) {
  std::string whole = model();
  for (size_t at = 0; at < whole.size(); ++at)
    for (unsigned value : {0, 1, 2, 8, 10, 127, 128, 254, 255}) {
      std::vector<char> bytes(whole.begin(), whole.end());
      bytes[at] = static_cast<char>(value);
      expectCoded(run({bytes.data(), bytes.size()}));
    }
}

TEST_F(Import, ExternalDataWithoutAFileIsRefused) {
  std::string entry = field(1, std::string("location")) + field(2, std::string("data.bin"));
  std::string tensor = field(1, 2) + field(2, 1) + field(8, std::string("w")) + field(13, entry) + field(14, 1);
  std::string graph = field(5, tensor) + field(12, field(1, std::string("w")));
  EXPECT_TRUE(llvm::StringRef(run(field(1, 8) + field(7, graph))).starts_with("[HWN1006]"));
}
