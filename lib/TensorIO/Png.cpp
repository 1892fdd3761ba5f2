// PNG pictures, through libpng's simplified interface.
#include "Format.h"
#include <png.h>

using namespace hewn;
using namespace hewn::io;

llvm::Expected<Array> io::parsePng(llvm::StringRef bytes, llvm::StringRef what) {
  constexpr uint64_t kMaxPixels = 1u << 28; // 268 million: far above any model, far below exhausting memory
  png_image image = {};
  image.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()))
    return malformed(what, image.message);
  if (static_cast<uint64_t>(image.width) * image.height > kMaxPixels) {
    png_image_free(&image);
    return malformed(what, "the picture is too large");
  }
  image.format = PNG_FORMAT_RGB;
  Array array = makeArray("", DType::U8, {image.height, image.width, 3});
  png_color white = {255, 255, 255};
  if (!png_image_finish_read(&image, &white, array.bytes.data(), 0, nullptr)) {
    std::string why = image.message;
    png_image_free(&image);
    return malformed(what, why);
  }
  return array;
}
