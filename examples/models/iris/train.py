"""Trains iris: which of three species is a flower, judged from four lengths?

The table is Fisher's of 1936, in the copy that comes with scikit-learn. Half of its 150 flowers
train a logistic regression, half test it. The model takes and gives single precision.

`python train.py` writes 1/model.onnx. It fails, and writes nothing, unless the model reaches its
recorded figures.
"""

import os

# Before numpy: the same kernel everywhere gives the same file everywhere.
os.environ["OPENBLAS_CORETYPE"] = "Haswell"

from pathlib import Path

import numpy as np
import onnxruntime
from onnx.helper import make_opsetid
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

HERE = Path(__file__).parent
NAMES = ["sepal_length", "sepal_width", "petal_length", "petal_width"]
# How many of the 75 test flowers the model names right.
FIGURES = 72


def load():
    """Returns the feature names, and train X, test X, train y, test y (0, 1 or 2)."""
    table = load_iris()
    rows = table.data.astype(np.float32)
    split = train_test_split(
        rows, table.target, test_size=0.5, random_state=0, stratify=table.target
    )
    return NAMES, split


def fit(rows, truth):
    """Returns the trained classifiers, by version."""
    # Trained in double precision, on the rows that single precision leaves.
    return {1: LogisticRegression(tol=1e-8, max_iter=1000).fit(rows.astype(np.float64), truth)}


def answers(model, rows):
    """Returns scikit-learn's own answers, by the name of the ONNX output."""
    return {"label": model.predict(rows), "probabilities": model.predict_proba(rows)}


def export(model):
    """Returns the ONNX file of the classifier, as bytes."""
    proto = to_onnx(
        model,
        name="iris",
        initial_types=[("X", FloatTensorType([None, len(NAMES)]))],
        options={"zipmap": False},
        target_opset={"": 18, "ai.onnx.ml": 3},
    )
    # The exporter lists the standard operators twice.
    versions = {opset.domain: opset.version for opset in proto.opset_import}
    del proto.opset_import[:]
    proto.opset_import.extend(make_opsetid(*item) for item in sorted(versions.items()))
    return proto.SerializeToString(deterministic=True)


def check(file, rows, expected):
    """Fails unless an ONNX file gives scikit-learn's answers."""
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    for name, values in expected.items():
        (found,) = session.run([name], {"X": rows})
        np.testing.assert_allclose(found, values, rtol=0, atol=0 if name == "label" else 1e-6)


def main():
    _, (train_rows, test_rows, train_truth, test_truth) = load()
    model = fit(train_rows, train_truth)[1]
    expected = answers(model, test_rows)
    right = int(np.count_nonzero(expected["label"] == test_truth))
    print(f"right: {right} of {len(test_truth)}")
    if right != FIGURES:
        raise SystemExit(f"should be {FIGURES}")
    file = export(model)
    check(file, test_rows, expected)
    path = HERE / "1" / "model.onnx"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(file)


if __name__ == "__main__":
    main()
