#!/usr/bin/env bash
# Asks a running server for predictions with grpcurl alone: the server describes its own services.
#   predict.sh [host:port]    GRPCURL_FLAGS: grpcurl's flags for the connection, default -plaintext
set -euo pipefail

address=${1:-localhost:8080}
read -ra grpcurl <<<"grpcurl ${GRPCURL_FLAGS--plaintext}"

call() { # method [request]
  echo "== $1"
  if [[ $# -gt 1 ]]; then
    "${grpcurl[@]}" -d "$2" "$address" "$1"
  else
    "${grpcurl[@]}" "$address" "$1"
  fi
}

echo "== the services"
"${grpcurl[@]}" "$address" list

echo "== what a prediction takes"
"${grpcurl[@]}" "$address" describe presage.v1.PredictRequest

call grpc.health.v1.Health/Check
call presage.v1.ModelService/GetModel '{"model": "iris"}'

# A row is an object of named features …
call presage.v1.InferenceService/Predict '{
  "model": "boston-housing",
  "rows": [{
    "CRIM": 15.02, "ZN": 0, "INDUS": 18.1, "CHAS": 0, "NOX": 0.614, "RM": 5.3, "AGE": 97.3,
    "DIS": 2.1, "RAD": 24, "TAX": 666, "PTRATIO": 20.2, "B": 349.48, "LSTAT": 24.9
  }]
}'

# … or a list of their values, in signature order.
call presage.v1.InferenceService/Predict '{
  "model": "iris",
  "rows": [[5.1, 3.5, 1.4, 0.2], [6.9, 3.1, 5.4, 2.1]]
}'

# A tensor holds all rows of one input, row after row. "raw", little-endian bytes in base64, is the
# quicker form.
call presage.v1.InferenceService/Predict '{
  "model": "iris",
  "tensors": [{
    "name": "X", "dataType": "DATA_TYPE_FP32", "shape": [2, 4],
    "floats": {"values": [5.1, 3.5, 1.4, 0.2, 6.9, 3.1, 5.4, 2.1]}
  }]
}'
