// Includes the files at assembly time; CMake gives their paths.
#include "Blobs.h"

#define BLOB(name, path)                                                                                               \
  __asm__(".pushsection .rodata\n.balign 16\n.hidden " #name "\n.globl " #name "\n" #name ":\n.incbin \"" path         \
          "\"\n.hidden " #name "_end\n.globl " #name "_end\n" #name "_end:\n.byte 0\n.popsection\n");                  \
  extern "C" const char name[], name##_end[]

BLOB(hewn_blob_runtime, HEWN_RUNTIME_OBJECT);
BLOB(hewn_blob_header, HEWN_RUNTIME_HEADER);

llvm::StringRef hewn::package::getRuntimeObject() {
  return {hewn_blob_runtime, static_cast<size_t>(hewn_blob_runtime_end - hewn_blob_runtime)};
}
llvm::StringRef hewn::package::getRuntimeHeader() {
  return {hewn_blob_header, static_cast<size_t>(hewn_blob_header_end - hewn_blob_header)};
}
