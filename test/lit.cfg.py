# The lit suite of Hewn. A feature that is missing makes its tests UNSUPPORTED, with the feature's name as the reason.
import os
import shutil
import subprocess
import sys

import lit.formats

config.name = "Hewn"
config.test_format = lit.formats.ShTest(False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["Inputs", "Package", "CMakeLists.txt"]
config.test_source_root = os.path.join(config.hewn_src, "test")
config.test_exec_root = os.path.join(config.hewn_obj, "test")

python = os.path.join(config.hewn_src, ".venv", "bin", "python")
if not os.path.exists(python):
    python = os.environ.get("HEWN_PYTHON", sys.executable)

config.environment["PATH"] = os.pathsep.join(
    [os.path.join(config.hewn_obj, "bin"), config.llvm_bin, config.environment.get("PATH", os.environ["PATH"])])
config.environment["ASAN_OPTIONS"] = "allow_user_poisoning=0:detect_leaks=1"
config.substitutions.append(("%python", python))
config.substitutions.append(("%hewn_src", config.hewn_src))
config.substitutions.append(("%hewn_obj", config.hewn_obj))
config.substitutions.append(("%models", os.path.join(config.hewn_obj, "models")))


def has_module(*names):
    command = [python, "-c", "import " + ", ".join(names)]
    return subprocess.run(command, stderr=subprocess.DEVNULL).returncode == 0


def ocr_models():
    script = os.path.join(config.hewn_src, "utils", "ocr-demo.py")
    return subprocess.run([python, script, "model"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


if has_module("numpy", "onnx"):
    config.available_features.add("onnx")
if has_module("onnxruntime"):
    config.available_features.add("onnxruntime")
if has_module("PIL") and ocr_models():
    config.available_features.add("ocr-models")
if os.environ.get("HEWN_BIG_MODELS"):
    config.available_features.add("big-models")
if shutil.which("gcc"):
    config.available_features.add("gcc")
if os.path.exists("/proc/cpuinfo"):
    with open("/proc/cpuinfo") as cpuinfo:
        flags = cpuinfo.read()
    config.available_features.update(f for f in ("avx2", "avx512f") if f in flags)
if config.sanitized:
    config.available_features.add("asan")
