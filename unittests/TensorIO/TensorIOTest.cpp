// Arrays in files: what is written is read back, and no damage to a file leads to more than a coded error.
#include "hewn/TensorIO/TensorIO.h"
#include "gtest/gtest.h"
#include <png.h>

using namespace hewn::io;

namespace {

std::string errorOf(llvm::Error error) { return llvm::toString(std::move(error)); }

Array makeRamp(llvm::StringRef name, DType type, llvm::ArrayRef<int64_t> shape) {
  Array array = makeArray(name, type, shape);
  for (int64_t i = 0; i < array.size(); ++i)
    array.set(i, static_cast<double>(i % 2));
  return array;
}

std::string readFile(const std::string &path) {
  FILE *file = fopen(path.c_str(), "rb");
  std::string bytes;
  for (int c; (c = fgetc(file)) != EOF;)
    bytes += static_cast<char>(c);
  fclose(file);
  return bytes;
}

struct Files : testing::Test {
  std::string path = testing::TempDir() + "hewn_tensorio_test.npz";
  void TearDown() override { std::remove(path.c_str()); }
  std::string write(llvm::ArrayRef<Array> arrays) {
    EXPECT_EQ(errorOf(writeArrays(path, arrays)), "");
    return readFile(path);
  }
};

TEST_F(Files, NpzRoundTripsAllTypes) {
  std::vector<Array> arrays;
  for (int number : {1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 12, 13, 16})
    arrays.push_back(makeRamp("t" + std::to_string(number), *symbolizeDType(number), {2, 3}));
  arrays.push_back(makeRamp("scalar", DType::F32, {}));
  arrays.push_back(makeRamp("empty", DType::I64, {0, 4}));
  arrays.push_back(makeRamp("vector", DType::F64, {5}));
  auto read = parseNpz(write(arrays), "test");
  ASSERT_TRUE(!!read) << errorOf(read.takeError());
  ASSERT_EQ(read->size(), arrays.size());
  for (size_t i = 0; i < arrays.size(); ++i) {
    EXPECT_EQ((*read)[i].name, arrays[i].name);
    EXPECT_EQ((*read)[i].describe(), arrays[i].describe());
    EXPECT_EQ((*read)[i].bytes, arrays[i].bytes);
  }
}

TEST_F(Files, EveryCutOfAnArchiveIsAnError) {
  std::string bytes = write({makeRamp("x", DType::F32, {2, 3}), makeRamp("y", DType::I64, {4})});
  for (size_t size = 0; size < bytes.size(); ++size) {
    auto read = parseNpz(llvm::StringRef(bytes).take_front(size), "test");
    ASSERT_FALSE(!!read) << size;
    EXPECT_EQ(errorOf(read.takeError()).find("[HWN6102]: 'test"), 0u);
  }
}

/// Parsers must survive any byte; what they find wrong is coded.
template <typename Parser> void flipEveryByte(const std::string &bytes, Parser parse) {
  for (size_t at = 0; at < bytes.size(); ++at)
    for (int value : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
      std::string changed = bytes;
      changed[at] = static_cast<char>(value);
      auto read = parse(llvm::StringRef(changed));
      if (!read) {
        EXPECT_EQ(errorOf(read.takeError()).find("[HWN6102]"), 0u) << at;
      }
    }
}

TEST_F(Files, NoByteOfAnArchiveIsTrusted) {
  flipEveryByte(write({makeRamp("x", DType::F32, {2, 3}), makeRamp("y", DType::Bool, {4})}),
                [](llvm::StringRef bytes) { return parseNpz(bytes, "test"); });
}

TEST(Npy, HugeShapesAreRefused) {
  std::string header = "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }\n";
  std::string bytes = std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header;
  auto read = parseNpy(bytes, "test");
  ASSERT_FALSE(!!read);
  EXPECT_NE(errorOf(read.takeError()).find("more bytes than the file has"), std::string::npos);
}

TEST(Npy, BigEndianIsNamed) {
  std::string header = "{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }\n";
  std::string bytes = std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(header.size()) + '\0' + header + "1234";
  auto read = parseNpy(bytes, "test");
  ASSERT_FALSE(!!read);
  EXPECT_NE(errorOf(read.takeError()).find("element type '>f4' is not supported"), std::string::npos);
}

TEST(TensorProto, TypedInt32DataIsNarrowed) { // dims [2], type int8, int32_data [-1, 5], not packed
  std::string bytes("\x08\x02\x10\x03\x28\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x28\x05", 17);
  auto read = parseTensorProto(bytes, "test");
  ASSERT_TRUE(!!read) << errorOf(read.takeError());
  EXPECT_EQ(read->describe(), "i8[2]");
  EXPECT_EQ(read->at(0), -1);
  EXPECT_EQ(read->at(1), 5);
  flipEveryByte(bytes, [](llvm::StringRef changed) { return parseTensorProto(changed, "test"); });
}

TEST(TensorProto, WrongCountIsRefused) {
  auto read = parseTensorProto(llvm::StringRef("\x08\x03\x10\x03\x28\x05", 6), "test");
  ASSERT_FALSE(!!read);
  EXPECT_NE(errorOf(read.takeError()).find("does not fit the dimensions"), std::string::npos);
}

/// A PNG of two pixels, red and half-transparent black.
std::string makePng() {
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  image.width = 2;
  image.height = 1;
  image.format = PNG_FORMAT_RGBA;
  const png_byte pixels[] = {255, 0, 0, 255, 0, 0, 0, 0};
  png_alloc_size_t size = 0;
  png_image_write_to_memory(&image, nullptr, &size, 0, pixels, 0, nullptr);
  std::string bytes(size, '\0');
  png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels, 0, nullptr);
  bytes.resize(size);
  return bytes;
}

TEST(Png, ChannelsAndScale) {
  auto picture = parsePng(makePng(), "test");
  ASSERT_TRUE(!!picture) << errorOf(picture.takeError());
  EXPECT_EQ(picture->describe(), "ui8[1x2x3]");
  auto first = pictureToInput(*picture, "x", DType::F32, {1, 3, -1, -1});
  ASSERT_TRUE(!!first) << errorOf(first.takeError());
  EXPECT_EQ(first->describe(), "f32[1x3x1x2]");
  for (auto [i, value] : {std::pair(0, 1.0), {1, 1.0}, {2, 0.0}, {3, 1.0}}) // red of both, green of both
    EXPECT_EQ(first->at(i), value) << i;
  auto last = pictureToInput(*picture, "x", DType::U8, {1, 1, 2, 3});
  ASSERT_TRUE(!!last) << errorOf(last.takeError());
  EXPECT_EQ(last->at(0), 255);
  EXPECT_EQ(last->at(1), 0);
}

TEST(Png, WrongSizesAreNamed) {
  auto picture = parsePng(makePng(), "test");
  ASSERT_TRUE(!!picture);
  auto input = pictureToInput(*picture, "x", DType::F32, {1, 3, 8, -1});
  ASSERT_FALSE(!!input);
  EXPECT_NE(errorOf(input.takeError()).find("the picture is 1 high and 2 wide"), std::string::npos);
}

TEST(Png, NoByteIsTrusted) {
  std::string bytes = makePng();
  for (size_t size = 0; size < bytes.size(); ++size) // a cut checksum at the very end may go unnoticed
    if (auto read = parsePng(llvm::StringRef(bytes).take_front(size), "test"); !read)
      EXPECT_EQ(errorOf(read.takeError()).find("[HWN6102]"), 0u);
  flipEveryByte(bytes, [](llvm::StringRef changed) { return parsePng(changed, "test"); });
}

} // namespace
