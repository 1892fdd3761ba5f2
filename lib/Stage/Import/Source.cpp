// Reads the looked-at pages of a file into reserved, otherwise empty memory.
#include "Source.h"
#include "llvm/Support/MathExtras.h"
#include <cerrno>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace hewn::import;

static uint64_t changeTime(const struct stat &status) {
  return uint64_t(status.st_mtim.tv_sec) * 1000000000u + uint64_t(status.st_mtim.tv_nsec);
}

std::unique_ptr<Source> Source::open(llvm::StringRef path, std::error_code &error) {
  auto fail = [&](int number) {
    error = std::error_code(number, std::generic_category());
    return nullptr;
  };
  // Not blocking: a pipe is refused below, not waited for.
  int file = ::open(path.str().c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0)
    return fail(errno);
  auto source = std::make_unique<Source>("");
  source->file = file;
  struct stat status;
  if (fstat(file, &status))
    return fail(errno);
  if (!S_ISREG(status.st_mode))
    return fail(S_ISDIR(status.st_mode) ? EISDIR : EINVAL);
  source->modified = changeTime(status);
  size_t size = status.st_size;
  if (size == 0)
    return source;
  if (size / kPage >= UINT32_MAX)
    return fail(EFBIG);
  void *memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED)
    return fail(errno);
  source->content = llvm::StringRef(static_cast<char *>(memory), size);
  source->fetched.resize(llvm::divideCeil(size, kPage));
  return source;
}

Source::~Source() {
  if (file < 0)
    return;
  if (!content.empty())
    munmap(const_cast<char *>(content.data()), content.size());
  close(file);
}

void Source::fetchPages(size_t offset, size_t size) {
  size_t last = (offset + size - 1) / kPage;
  for (size_t page = offset / kPage; page <= last;) {
    if (fetched.test(page)) {
      ++page;
      continue;
    }
    // All missing pages in a row.
    size_t end = page;
    while (end <= last && !fetched.test(end))
      fetched.set(end++);
    size_t begin = page * kPage, stop = std::min(end * kPage, content.size());
    while (begin < stop) {
      ssize_t count = pread(file, const_cast<char *>(content.data()) + begin, stop - begin, begin);
      if (count < 0 && errno == EINTR)
        continue;
      if (count <= 0) { // what is missing stays zero
        cutOff = true;
        break;
      }
      begin += count;
    }
    page = end;
  }
}

bool Source::changed() const {
  struct stat status;
  return cutOff || (file >= 0 && (fstat(file, &status) || size_t(status.st_size) != content.size() ||
                                  changeTime(status) != modified));
}
