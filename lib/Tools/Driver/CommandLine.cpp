// Parses the command line with CLI11, which throws: this file alone is compiled with exceptions, and knows no LLVM.
#include "CommandLine.h"
#include "hewn/Support/Version.h"
#include <CLI/CLI.hpp>
#include <iostream>

using namespace hewn::driver;

static constexpr const char *kDescription =
    R"(hewn: compiles trained models to native code.

A model goes through the stages onnx, graph, placed, kernels, buffers, scheduled, planned and target; each can be
written with --emit and read back with --from.)";

static constexpr const char *kFooter = R"(
Examples:
  hewn compile model.onnx -o out              a shared library, a C header and a weights file in out/
  hewn run out --inputs in.npz --outputs out.npz
  hewn run model.onnx --interpret             the meaning of the model, by the reference interpreter
  hewn run out --compare=interpreter          compiled code against the interpreter
  hewn bench out --kernels                    where the time goes
  hewn check model.onnx                       every node that the target cannot take
  hewn compile model.onnx --emit=graph        the model in the dialect nn, as text

Exit codes: 0 done; 1 an error was reported; 2 wrong command line; 3 --compare found a difference; 4 check found nodes
that are not supported. Errors read "error[HWN####]: what; what to do"; docs/errors.md lists them.)";

static constexpr const char *kStages = "onnx, graph, placed, kernels, buffers, scheduled, planned, target";

/// NAME=VALUE pairs into a map; CLI11 hands each over as one string.
template <typename T>
static CLI::Option *addPairs(CLI::App *app, const std::string &flag, std::map<std::string, T> &into,
                             const std::string &help) {
  return app
      ->add_option_function<std::vector<std::string>>(
          flag,
          [&into, flag](const std::vector<std::string> &pairs) {
            for (const std::string &pair : pairs) {
              size_t at = pair.find('=');
              T value;
              if (at == 0 || at == std::string::npos || !CLI::detail::lexical_cast(pair.substr(at + 1), value))
                throw CLI::ValidationError(flag, "'" + pair + "' is not NAME=VALUE");
              into[pair.substr(0, at)] = value;
            }
          },
          help)
      ->type_name("NAME=VALUE")
      ->allow_extra_args(false);
}

static void addModelOptions(CLI::App *app, CompileOptions &options) {
  const char *group = "Compilation";
  app->add_option("--target", options.target, "The machine to compile for")->capture_default_str()->group(group);
  app->add_option_function<std::string>(
         "--cpu", [&options](const std::string &cpu) { options.targetOptions["cpu"] = cpu; },
         "host, x86-64-v3 (AVX2), x86-64-v4 (AVX-512) or a name that LLVM knows [host]")
      ->group(group);
  addPairs(app, "--target-option", options.targetOptions, "A further option of the target")->group(group);
  addPairs(app, "--dim", options.dims,
           "Size of a symbolic dimension: fixed when compiling, chosen when running or interpreting")
      ->group(group);
  app->add_option("--from", options.from, "The stage of a .mlir or .mlirbc file, if it does not say so itself")
      ->type_name("STAGE")
      ->group(group);
  app->add_option("--weights", options.weights, "Folder of the files that hold the weights [the model's folder]")
      ->type_name("DIR")
      ->group(group);
  app->add_option("-j,--jobs", options.jobs, "Kernels compiled at a time [one per core]")->group(group);
  app->add_flag("-v,--verbose", options.verbose, "Say each step and its time on stderr");

  group = "Debugging the compiler";
  app->add_option("--dump-stages", options.dumpStages, "Write the IR after every stage into this folder")
      ->type_name("DIR")
      ->group(group);
  app->add_flag("--dump-pass-pipeline", options.dumpPassPipeline, "Print each stage's passes on stderr")->group(group);
  app->add_flag_callback(
         "--no-reproducer", [&options] { options.reproducer = false; },
         "Write no *.reproducer.mlir when a pass fails (hewn-opt --run-reproducer runs one)")
      ->group(group);
  app->add_flag_callback(
         "--no-verify-each", [&options] { options.verifyEach = false; }, "Verify the IR at stage borders only")
      ->group(group);
  app->add_flag("--timing", options.timing, "Print the time of every pass on stderr")->group(group);
}

static constexpr const char *kInputsHelp = R"(
Inputs: a .npz holds arrays under the names of the inputs. A .npy, .pb (ONNX TensorProto) or .png file is one input: give
NAME=FILE, or files in the order of the inputs. A picture fits inputs of shape 1x3xHxW and 1xHxWx3: floats get its
channels red, green, blue as values in [0, 1], ui8 gets the bytes; it is not resized. Without --inputs, values are drawn
from --seed: floats uniformly from [-1, 1), integers and bool from {0, 1}. Symbolic dimensions take the sizes of the
inputs, else those of --dim, else 1 for the batch (the first dimension of an input); any other must be given.)";

static void addRunOptions(CLI::App *app, RunOptions &options) {
  app->footer(kInputsHelp);
  const char *group = "Execution";
  app->add_option("--inputs", options.inputs, "Files with the inputs; seeded random values without it")
      ->type_name("[NAME=]FILE")
      ->group(group);
  app->add_option("--seed", options.seed, "Seed of random inputs")->capture_default_str()->group(group);
  app->add_option("--threads", options.threads, "Threads of the run [as many as this process may use]")
      ->check(CLI::Range(1, 1024))
      ->group(group);
}

/// Builds all commands over `line`; the one that was given is recorded in it.
static void addCommands(CLI::App &app, CommandLine &line) {
  auto add = [&](const char *name, Command command, const char *help) {
    CLI::App *sub = app.add_subcommand(name, help);
    sub->parse_complete_callback([&line, command] { line.command = command; });
    return sub;
  };
  CompileOptions &compile = line.compile;

  CLI::App *sub = add("compile", Command::Compile, "Compile a model into a library, or to a stage of the compiler");
  sub->add_option("MODEL", compile.model, ".onnx, or .mlir/.mlirbc at any stage")->required();
  sub->add_option("-o,--output", compile.output,
                  "Folder of the artifact [the model's name]; with --emit the file to write, - for stdout [-]");
  sub->add_option("--name", compile.name, "Prefix of the library's symbols and file names")->capture_default_str();
  sub->add_option("--emit", compile.emit, std::string("Stop after a stage and write its IR: ") + kStages)
      ->type_name("STAGE");
  sub->add_flag("--emit-bytecode", compile.emitBytecode, "Write MLIR bytecode (default for files named .mlirbc)");
  addModelOptions(sub, compile);

  sub = add("run", Command::Run, "Run a compiled model, or a model file");
  sub->add_option("MODEL", compile.model, "The folder of a compiled model, or a model file")->required();
  sub->add_flag("--interpret", line.run.interpret, "Run a model file through the reference interpreter");
  addRunOptions(sub, line.run);
  sub->add_option("--outputs", line.run.outputs, "Where to write the outputs (.npz); without it a summary is printed")
      ->type_name("FILE")
      ->group("Execution");
  sub->add_option("--compare", line.run.compare,
                  "'interpreter', or a .npz with the outputs wanted; exit code 3 if max|a-b| > r*max|b| + a")
      ->type_name("interpreter|FILE")
      ->group("Execution");
  sub->add_option("--reference", line.run.reference, "The model file of a compiled model, for --compare=interpreter")
      ->type_name("MODEL")
      ->group("Execution");
  sub->add_option("--rtol", line.run.relative, "r of --compare")->capture_default_str()->group("Execution");
  sub->add_option("--atol", line.run.absolute, "a of --compare")->capture_default_str()->group("Execution");
  addModelOptions(sub, compile);

  sub = add("bench", Command::Bench, "Measure a compiled model");
  sub->add_option("MODEL", compile.model, "The folder of a compiled model, or a model file")->required();
  sub->add_option("-n,--repetitions", line.bench.repetitions, "Timed runs [about two seconds of them]");
  sub->add_option("--warmup", line.bench.warmup, "Untimed runs before")->capture_default_str();
  sub->add_flag("--kernels", line.bench.kernels, "Also each kernel's time and share of this machine's measured peak");
  addRunOptions(sub, line.run);
  addModelOptions(sub, compile);

  sub = add("check", Command::Check, "List every node that the target cannot take, with reason and advice");
  sub->add_option("MODEL", compile.model, ".onnx, or .mlir/.mlirbc")->required();
  addModelOptions(sub, compile);
}

std::optional<int> hewn::driver::parseCommandLine(int argc, char **argv, CommandLine &line) {
  CLI::App app(kDescription, "hewn");
  app.footer(kFooter);
  app.set_version_flag("--version", "hewn " HEWN_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->column_width(34);
  addCommands(app, line);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success &success) {
    return app.exit(success); // --help, --version
  } catch (const CLI::ParseError &error) {
    std::cerr << "error[HWN6100]: " << error.what() << "; see 'hewn --help'\n";
    return kUsage;
  }
  return std::nullopt;
}
