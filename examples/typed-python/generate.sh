#!/usr/bin/env bash
# Writes the contract of the oncology model to proto/, and the Python that belongs to it to gen/.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")"
python=${PYTHON:-python3}

rm -rf proto gen
mkdir gen
npx presage contract export ../models oncology --out proto --imports

# presage/v1 is the same for all models; feedback goes by it.
"$python" -m grpc_tools.protoc -I proto -I ../../proto \
  --python_out=gen --pyi_out=gen --grpc_python_out=gen \
  presage/models/oncology/v1/contract.proto buf/validate/validate.proto \
  ../../proto/presage/v1/*.proto
