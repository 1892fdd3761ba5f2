// A compiled model, used through its public C interface only.
#ifndef HEWN_LIB_TOOLS_DRIVER_LIBRARY_H
#define HEWN_LIB_TOOLS_DRIVER_LIBRARY_H

#include "Signature.h"
#include <cstdlib>
#include <memory>

namespace hewn::driver {

class Library {
public:
  /// Loads the library and the weights of the artifact in `folder`.
  static llvm::Expected<std::unique_ptr<Library>> open(llvm::StringRef folder);
  ~Library();

  const hewn_model_info &getInfo() const { return *info; }
  /// An executor of the library with `threads` threads (0: as many as this process may use).
  llvm::Expected<const hewn_exec *> getExec(int threads);
  /// Allocates outputs and arena for these inputs; after it, `run` allocates nothing.
  llvm::Error prepare(llvm::ArrayRef<io::Array> inputs, const Sizes &sizes);
  llvm::Error run(const hewn_exec *exec);
  /// The outputs of the last run.
  std::vector<io::Array> getOutputs() const;
  int64_t getArenaBytes() const { return arenaBytes; }

private:
  struct Free {
    void operator()(void *memory) const { std::free(memory); }
  };
  using Memory = std::unique_ptr<void, Free>;
  /// The public functions, as hewn.h describes them.
  struct Functions {
    const hewn_model_info *(*info)();
    hewn_status (*load)(const char *, hewn_weights **);
    void (*unload)(hewn_weights *);
    hewn_status (*query)(const int64_t *, int64_t *, int64_t *);
    hewn_status (*run)(const hewn_weights *, const void *const *, void *const *, const int64_t *, void *, size_t,
                       const hewn_exec *);
    const char *(*message)(hewn_status);
    hewn_status (*pool_create)(int32_t, hewn_exec **);
    void (*pool_destroy)(hewn_exec *);
  };

  llvm::Error bind(const std::string &folder);
  llvm::Error check(hewn_status status) const;
  static llvm::Expected<Memory> allocate(uint64_t bytes);

  void *handle = nullptr;
  Functions functions = {};
  const hewn_model_info *info = nullptr;
  hewn_weights *weights = nullptr;
  hewn_exec *pool = nullptr;
  std::vector<int64_t> dims;
  std::vector<Memory> inputs, outputs;
  std::vector<std::vector<int64_t>> outputShapes;
  Memory arena;
  int64_t arenaBytes = 0;
};

} // namespace hewn::driver

#endif // HEWN_LIB_TOOLS_DRIVER_LIBRARY_H
