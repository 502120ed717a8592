#!/usr/bin/env bash
# buildah, on the image store of these tests.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/storage.sh"
exec buildah "$@"
