# shellcheck shell=sh disable=SC2154
# The steps: where each leaves its stamp, what it depends on, how it is made.
# The make_… functions chain with &&, because sh ignores `set -e` inside `if`.

uv_version=0.13.9
is_new_enough='import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))'

stamp_of() {
  case $1 in
    npm) echo node_modules/.setup ;;
    tensorflow) echo .venv/tensorflow/.setup ;;
    native) echo lib/native/build/.setup ;;
    lib) echo lib/dist/.setup ;;
    kernel) echo .venv/share/jupyter/kernels/tslab/.setup ;;
    *) echo ".venv/setup/$1" ;;
  esac
}

# The interpreter's own path changes with an upgrade of the system's Python, which leaves the old packages behind.
depends_python() { echo "uv $uv_version, $(readlink -f .venv/bin/python 2>/dev/null || true)"; }
make_python() {
  for python in python3 python3.14 python3.13 python3.12 python3.11 python3.10; do
    if "$python" -c "$is_new_enough"; then
      rm -rf .venv && "$python" -m venv .venv && .venv/bin/python -m pip install --quiet "uv==$uv_version"
      return
    fi
  done
  echo "no Python 3.10 or newer with its venv module was found"
  return 1
}

depends_packages() { cksum <requirements.txt; }
make_packages() { install_python -r requirements.txt; }

depends_tests() { cksum <requirements-test.txt; }
make_tests() { install_python -r requirements-test.txt; }

depends_npm() { cat package-lock.json .npmrc | cksum; }
make_npm() {
  find_node && PATH="${node%/node}:$PATH" "$node" "${node%/bin/node}/lib/node_modules/npm/bin/npm-cli.js" ci \
    --include=dev --include=optional --no-progress
}

# ./course --gpu chose the wheel for NVIDIA's GPUs, ./course --cpu the other.
tensorflow_list() {
  if [ -e .cache/gpu ]; then echo requirements-tensorflow-gpu.txt; else echo requirements-tensorflow.txt; fi
}

# Apart from the environment: the wheel is there for its libraries only, and may be for another Python than ours.
depends_tensorflow() { cksum <"$(tensorflow_list)"; }
make_tensorflow() {
  rm -rf .venv/tensorflow .venv/tensorflow.new &&
    install_python --target .venv/tensorflow.new --python-version 3.12 --only-binary :all: --no-deps \
      -r "$(tensorflow_list)" &&
    mv .venv/tensorflow.new .venv/tensorflow
}

# A compiler that is installed later makes this step run again.
depends_native() {
  for compiler in "${CXX:-g++}" g++ clang++ c++; do command -v "$compiler" || true; done
  cat "$(tensorflow_list)" commands/native/*.ts | cksum
  find lib/native -path lib/native/build -prune -o \( -name "*.cc" -o -name "*.h" \) -exec cksum {} + | LC_ALL=C sort | cksum
}
make_native() { find_node && "$node" commands/native/build-native.ts; }

depends_lib() {
  cat package-lock.json tsconfig.json lib/package.json lib/tsconfig.json commands/build-lib.ts | cksum
  find lib \( -path lib/dist -o -path lib/native/build \) -prune -o -name '*.ts' -exec cksum {} + | LC_ALL=C sort | cksum
}
make_lib() { find_node && "$node" commands/build-lib.ts; }

# The kernel's file holds this folder's own path: after a move it is written anew.
depends_kernel() { echo "$root $(cat commands/register-kernel.ts lib/kernel/register.ts | cksum)"; }
make_kernel() { find_node && "$node" commands/register-kernel.ts; }

# uv does not read pip's settings: a mirror, proxy or certificate that is set there is handed over. Packages are pinned
# with their hashes, so that whichever index has the version may give it.
install_python() {
  settings=$(.venv/bin/python -m pip config list 2>/dev/null) || settings=
  hand_over UV_DEFAULT_INDEX "$(pip_setting index-url)"
  hand_over UV_INDEX "$(pip_setting extra-index-url)"
  hand_over SSL_CERT_FILE "$(pip_setting cert)"
  hand_over HTTPS_PROXY "$(pip_setting proxy)"
  UV_INDEX_STRATEGY=unsafe-best-match UV_PYTHON_DOWNLOADS=never UV_HTTP_TIMEOUT="${UV_HTTP_TIMEOUT:-120}" \
    .venv/bin/uv pip install --python .venv/bin/python --require-hashes --no-progress "$@"
}
pip_setting() { printf '%s\n' "$settings" | sed -n "s/^[^=]*\.$1='\(.*\)'\$/\1/p" | tail -n 1 | sed 's/\\n/ /g'; }
# Sets a variable that has no value yet, if there is one for it.
hand_over() {
  eval "already=\${$1:-}"
  if [ -z "${already}" ] && [ -n "$2" ]; then export "$1=$2"; fi
}
