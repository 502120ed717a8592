"""Asks the oncology model, by the types that generate.sh has made of its contract."""

import os
import sys
from pathlib import Path

import grpc
from google.protobuf.struct_pb2 import Value
from google.rpc.error_details_pb2 import BadRequest
from grpc_status import rpc_status

sys.path.insert(0, str(Path(__file__).parent / "gen"))

from presage.models.oncology.v1.contract_pb2 import (
    Diagnosis,
    PredictBatchRequest,
    Prediction,
    Tumor,
)
from presage.models.oncology.v1.contract_pb2_grpc import OncologyServiceStub
from presage.v1.inference_pb2 import FeedbackRequest
from presage.v1.inference_pb2_grpc import InferenceServiceStub

TUMOR = {
    "clump_thickness": 4,
    "uniformity_of_cell_size": 1,
    "uniformity_of_cell_shape": 2,
    "marginal_adhesion": 1,
    "single_epithelial_cell_size": 2,
    "bare_nuclei": 1,
    "bland_chromatin": 1,
    "normal_nucleoli": 1,
    "mitoses": 1,
}
LARGE_TUMOR = TUMOR | {"clump_thickness": 10, "uniformity_of_cell_size": 8, "bare_nuclei": 10}


def diagnosis(prediction: Prediction) -> str:
    """The name of the class; `class` is a keyword of Python, so the field is read by its name."""
    return Diagnosis.Name(getattr(prediction, "class"))


def main(address: str) -> None:
    with grpc.insecure_channel(address) as channel:
        oncology = OncologyServiceStub(channel)

        print("One tumor")
        prediction, call = oncology.Predict.with_call(Tumor(**TUMOR), timeout=10)
        headers = dict(call.initial_metadata())
        print(f"  {diagnosis(prediction)}")
        print("  probabilities", ", ".join(f"{each:.3f}" for each in prediction.probabilities))
        print(f"  by version {headers['presage-model-version']}")

        print("Two tumors")
        batch = PredictBatchRequest(rows=[Tumor(**TUMOR), Tumor(**LARGE_TUMOR)])
        stable = [("presage-version", "stable")]
        for each in oncology.PredictBatch(batch, metadata=stable, timeout=10).rows:
            print(f"  {diagnosis(each)}")

        print("What was true, once it is known")
        report = FeedbackRequest(
            prediction_id=headers["presage-prediction-id"], truth=[Value(string_value="benign")]
        )
        receipt = InferenceServiceStub(channel).Feedback(report, timeout=10)
        print(f"  recorded {receipt.recorded} of {receipt.model}")

        print("Two mistakes")
        try:
            oncology.Predict(Tumor(**TUMOR | {"clump_thickness": 11, "mitoses": 0}), timeout=10)
        except grpc.RpcError as error:
            print(f"  {error.code().name}")
            for detail in rpc_status.from_call(error).details:
                request = BadRequest()
                if detail.Unpack(request):
                    for violation in request.field_violations:
                        print(f"  {violation.field}: {violation.description}")


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else os.environ.get("PRESAGE_ADDRESS", "localhost:8080"))
