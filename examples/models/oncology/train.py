"""Trains oncology: is a tumor benign or malignant, judged from nine integer grades of its cells?

The features are those of the `Tumor` of IBM's data science best practices; how IBM trained its own
model is not published. The table is the original Wisconsin breast cancer database of the UCI
machine learning repository: a sample number, nine grades from 1 to 10, and the class (2 benign,
4 malignant). The 16 rows with an unknown grade ("?") are left out.

The model scales the grades and applies a logistic regression. `python train.py` writes
1/model.onnx. It fails, and writes nothing, unless the model reaches its recorded figures.
"""

import os

# Before numpy: the same kernel everywhere gives the same file everywhere.
os.environ["OPENBLAS_CORETYPE"] = "Haswell"

import csv
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).parent
# Of the 205 test rows: true negatives, false positives, false negatives, true positives.
FIGURES = [130, 3, 5, 67]
# The tumor of IBM's system test, which must be benign, and our P(malignant) for it.
TUMOR = [4, 1, 2, 1, 2, 1, 1, 1, 1]
TUMOR_PROBABILITY = 0.004936
NAMES = [
    "clump_thickness",
    "uniformity_of_cell_size",
    "uniformity_of_cell_shape",
    "marginal_adhesion",
    "single_epithelial_cell_size",
    "bare_nuclei",
    "bland_chromatin",
    "normal_nucleoli",
    "mitoses",
]


def load():
    """Returns the feature names, and train X, test X, train y, test y (0 benign, 1 malignant)."""
    with open(HERE / "data" / "breast-cancer-wisconsin.csv", newline="") as file:
        table = np.array([row for row in csv.reader(file) if "?" not in row], dtype=np.int64)
    rows, truth = table[:, 1:10], (table[:, 10] == 4).astype(np.int64)
    return NAMES, train_test_split(rows, truth, test_size=0.3, random_state=0, stratify=truth)


def fit(rows, truth):
    """Returns the trained classifiers, by version."""
    return {1: make_pipeline(StandardScaler(), LogisticRegression(tol=1e-10)).fit(rows, truth)}


def answers(model, rows):
    """Returns scikit-learn's own answers, by the name of the ONNX output."""
    return {"label": model.predict(rows), "probabilities": model.predict_proba(rows)}


def export(model):
    """Returns the ONNX file of the pipeline, as bytes."""
    proto = to_onnx(
        model,
        name="oncology",
        initial_types=[("grades", DoubleTensorType([None, len(NAMES)]))],
        options={"zipmap": False},
        target_opset={"": 18, "ai.onnx.ml": 3},
    )
    # Given integers, the exporter would compute in single precision. So the pipeline is exported
    # for doubles, and the integers are cast to those first.
    graph = proto.graph
    graph.input[0].CopyFrom(
        onnx.helper.make_tensor_value_info("X", onnx.TensorProto.INT64, [None, len(NAMES)])
    )
    cast = onnx.helper.make_node("Cast", ["X"], ["grades"], "Exact", to=onnx.TensorProto.DOUBLE)
    graph.node.insert(0, cast)
    onnx.checker.check_model(proto, full_check=True)
    return proto.SerializeToString(deterministic=True)


def check(file, rows, expected):
    """Fails unless an ONNX file gives scikit-learn's answers."""
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    for name, values in expected.items():
        (found,) = session.run([name], {"X": rows})
        np.testing.assert_allclose(found, values, rtol=0, atol=1e-12)


def main():
    _, (train_rows, test_rows, train_truth, test_truth) = load()
    model = fit(train_rows, train_truth)[1]
    expected = answers(model, test_rows)
    counts = confusion_matrix(test_truth, expected["label"]).ravel().tolist()
    tumor = model.predict_proba([TUMOR])[0, 1]
    print(f"TN, FP, FN, TP = {counts}; P(malignant) of the system test's tumor = {tumor:.6f}")
    if counts != FIGURES or round(tumor, 6) != TUMOR_PROBABILITY:
        raise SystemExit(f"should give {FIGURES} and {TUMOR_PROBABILITY}")
    file = export(model)
    check(file, test_rows, expected)
    path = HERE / "1" / "model.onnx"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(file)


if __name__ == "__main__":
    main()
