// Makes the shared library: LLVM's linker, else the system's compiler driver.
#include "Blobs.h"
#include "hewn/Stage/Package/Package.h"
#include "hewn/Support/Errors.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace hewn;
using namespace hewn::package;

static constexpr const char *kPublic[] = {"info", "load",    "unload",      "query",
                                          "run",  "message", "pool_create", "pool_destroy"};

static LogicalResult writeBytes(Location location, StringRef path, StringRef bytes) {
  std::error_code error;
  llvm::raw_fd_ostream os(path, error);
  if (!error) {
    os << bytes;
    os.close();
    error = os.error();
    os.clear_error();
  }
  if (error)
    return emitCoded(location, ErrorCode::FileUnwritable, path, error.message());
  return success();
}

/// The C library's files, as a linker without a compiler driver must be given them.
static std::vector<std::string> findSystemLibraries() {
  std::vector<std::string> found;
  for (StringRef name : {"libc.so.6", "libm.so.6", "ld-linux-x86-64.so.2", "libgcc_s.so.1"})
    for (StringRef folder : {"/lib/x86_64-linux-gnu", "/lib64", "/usr/lib64", "/usr/lib/x86_64-linux-gnu", "/lib"}) {
      std::string path = (folder + "/" + name).str();
      if (!llvm::sys::fs::exists(path))
        continue;
      found.push_back(path);
      break;
    }
  return found;
}

/// The command that links; empty if there is no linker.
static std::vector<std::string> getLinker(StringRef name) {
  std::string soname = ("lib" + name + ".so").str();
  std::vector<std::string> system = findSystemLibraries();
  for (StringRef program : {"ld.lld-22", "ld.lld"}) {
    auto path = llvm::sys::findProgramByName(program);
    if (!path)
      path = llvm::sys::findProgramByName("ld.lld", {"/usr/lib/llvm-22/bin"});
    if (!path || system.empty())
      continue;
    std::vector<std::string> command = {*path,
                                        "-shared",
                                        "--gc-sections",
                                        "--hash-style=gnu",
                                        "-z",
                                        "noexecstack",
                                        "-z",
                                        "relro",
                                        "-z",
                                        "now",
                                        "-z",
                                        "defs",
                                        "--build-id=none",
                                        "--eh-frame-hdr",
                                        "-soname",
                                        soname,
                                        "--as-needed"};
    command.insert(command.end(), system.begin(), system.end());
    return command;
  }
  for (StringRef program : {"cc", "gcc", "clang-22", "clang"})
    if (auto path = llvm::sys::findProgramByName(program))
      return {*path, "-shared", "-Wl,--gc-sections", "-Wl,--build-id=none", "-Wl,-soname," + soname, "-lm"};
  return {};
}

LogicalResult package::linkLibrary(Location location, ArrayRef<StringRef> objects, StringRef name, StringRef path) {
  std::vector<std::string> command = getLinker(name);
  if (command.empty())
    return emitCoded(location, ErrorCode::LinkFailed, path, "neither ld.lld-22 nor a C compiler was found");
  bool driver = llvm::sys::path::filename(command.front()).find("ld") != 0;

  SmallString<128> folder;
  if (std::error_code error = llvm::sys::fs::createUniqueDirectory("hewn-link", folder))
    return emitCoded(location, ErrorCode::FileUnwritable, folder, error.message());
  llvm::scope_exit cleanup([&] { llvm::sys::fs::remove_directories(folder); });
  auto inFolder = [&](const Twine &file) { return (folder + "/" + file).str(); };

  std::string script = inFolder("exports"), exports = "{ global:";
  for (const char *function : kPublic)
    exports += (" " + name + "_" + function + ";").str();
  exports += " local: *; };\n";
  if (failed(writeBytes(location, script, exports)))
    return failure();
  command.push_back(driver ? "-Wl,--version-script=" + script : "--version-script=" + script);
  command.insert(command.end(), {"-o", path.str()});
  SmallVector<StringRef> all(objects);
  all.push_back(getRuntimeObject());
  for (auto [index, bytes] : llvm::enumerate(all)) {
    std::string file = inFolder(Twine(index) + ".o");
    if (failed(writeBytes(location, file, bytes)))
      return failure();
    command.push_back(file);
  }

  std::string log = inFolder("log"), why;
  SmallVector<StringRef> arguments(command.begin(), command.end());
  std::optional<StringRef> redirects[] = {StringRef(""), StringRef(log), StringRef(log)};
  int code = llvm::sys::ExecuteAndWait(command.front(), arguments, std::nullopt, redirects, 0, 0, &why);
  if (code == 0)
    return success();
  if (auto text = llvm::MemoryBuffer::getFile(log))
    why += (*text)->getBuffer().take_front(2000);
  return emitCoded(location, ErrorCode::LinkFailed, path, why.empty() ? "exit code " + std::to_string(code) : why);
}
