#!/usr/bin/env bash
# Installs the clients of test/interop that are missing: grpcurl and grpc_health_probe, at the
# versions of tools/go.mod, h2spec, at that of h2spec/go.mod, the linter of Prometheus' pages, of promlint/, OpenTelemetry's Collector, of collector/, and the
# runner of the conformance suite, at those of ../conformance/runner/go.mod, into .tools/bin; what the Python example requires, into .tools/python,
# and schemathesis, at the versions of schemathesis/requirements.txt; the reader of OpenMetrics, into .tools/openmetrics;
# what reads compose.yaml and deploy/kubernetes, of deploy-files/; the base image of container/, into .tools/container;
# curl, Chromium, Prometheus, make, buildah and debootstrap, from the system's packages.
set -euo pipefail
# Where root's programs are, which not every shell of root's looks for.
export PATH=$PATH:/usr/sbin:/sbin

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
bin=$root/.tools/bin
chromium=${CHROMIUM:-/usr/bin/chromium}

fail() {
  echo "install.sh: $*" >&2
  exit 1
}

build_go_tool() { # name, package, folder of the module that has its version
  if [[ "$bin/$1" -nt "$3/go.sum" ]]; then return; fi
  if ! command -v go >/dev/null; then PATH=$PATH:/usr/local/go/bin; fi
  command -v go >/dev/null || fail "$1 is missing, and so is Go, which it is built with: https://go.dev/dl"
  echo "building $1"
  mkdir -p "$bin"
  go build -C "$3" -mod=readonly -o "$bin/$1" "$2" || fail "cannot build $1"
  touch "$bin/$1"
}

install_package() { # package, whose program is the path or name $2
  if command -v "$2" >/dev/null; then return; fi
  if ! command -v apt-get >/dev/null || [[ $(id -u) -ne 0 ]]; then
    fail "$2 is missing: install $1 (this script can do so on Debian, as root)"
  fi
  echo "installing $1"
  export DEBIAN_FRONTEND=noninteractive
  apt-get update -qq || fail "cannot read the package lists, to install $1"
  apt-get install -y -qq "$1" >/dev/null || fail "cannot install $1"
  command -v "$2" >/dev/null || fail "$1 is installed, but there is no $2; CHROMIUM can name another"
}

install_python_packages() { # folder of the environment, file of what it holds
  if [[ "$1/requirements.txt" -nt "$2" ]]; then return; fi
  command -v python3 >/dev/null || fail "Python 3 is missing: https://www.python.org/downloads"
  echo "installing $2"
  python3 -m venv "$1" || fail "cannot make a Python environment; on Debian, install python3-venv"
  "$1/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$2" ||
    fail "cannot install $2"
  cp "$2" "$1/requirements.txt"
}

build_go_tool grpcurl github.com/fullstorydev/grpcurl/cmd/grpcurl "$here/tools"
build_go_tool grpc_health_probe github.com/grpc-ecosystem/grpc-health-probe "$here/tools"
build_go_tool h2spec github.com/summerwind/h2spec/cmd/h2spec "$here/h2spec"
build_go_tool promlint . "$here/promlint"
build_go_tool collector . "$here/collector"
build_go_tool deployfiles . "$here/deploy-files"
build_go_tool connectconformance connectrpc.com/conformance/cmd/connectconformance \
  "$here/../conformance/runner"
install_package curl curl
install_package make make
install_package buildah buildah
install_package debootstrap debootstrap
bash "$here/container/base.sh" || fail "cannot make the base image of container.test.ts"
install_package chromium "$chromium"
install_package prometheus promtool
install_python_packages "$root/.tools/python" "$root/examples/typed-python/requirements.txt"
install_python_packages "$root/.tools/schemathesis" "$here/schemathesis/requirements.txt"
install_python_packages "$root/.tools/openmetrics" "$here/openmetrics/requirements.txt"
ln -sf ../schemathesis/bin/schemathesis "$bin/schemathesis"
