"""Trains breast-cancer: is a tumor benign, judged from 30 measures of its cell nuclei?

The recipe is that of the IKEA article on Seldon Core ("DockerModel"): scikit-learn's own copy of
the Wisconsin Diagnostic Breast Cancer table, of which 56 rows train and 513 rows test.
Version 1 is a logistic regression, version 2 a perceptron. Both take numbers in double precision,
as scikit-learn does, so that every digit of its answers is kept.

`python train.py` writes 1/model.onnx and 2/model.onnx. It fails, and writes nothing, unless both
models reach the article's figures.
"""

import os

# Before numpy: liblinear stops early on these unscaled columns, so the rounding of the BLAS kernel
# decides where. The article's figures are those of the AVX2 kernels.
os.environ["OPENBLAS_CORETYPE"] = "Haswell"

from pathlib import Path

import numpy as np
import onnxruntime
from skl2onnx import to_onnx
from skl2onnx.common.data_types import DoubleTensorType, Int64TensorType
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression, Perceptron
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import train_test_split

HERE = Path(__file__).parent
# Of the 513 test rows: true negatives, false positives, false negatives, true positives.
FIGURES = {1: [172, 15, 23, 303], 2: [161, 26, 17, 309]}


def load():
    """Returns the 30 feature names, and train X, test X, train y, test y (0 malignant, 1 benign)."""
    table = load_breast_cancer()
    names = [name.replace(" ", "_") for name in table.feature_names.tolist()]
    return names, train_test_split(table.data, table.target, test_size=0.9, random_state=0)


def fit(rows, truth):
    """Returns the trained classifiers, by version."""
    return {
        1: LogisticRegression(solver="liblinear").fit(rows, truth),
        2: Perceptron(eta0=0.1, random_state=0).fit(rows, truth),
    }


def answers(model, rows):
    """Returns scikit-learn's own answers, by the name of the ONNX output."""
    if isinstance(model, LogisticRegression):
        return {"label": model.predict(rows), "probabilities": model.predict_proba(rows)}
    decision = model.decision_function(rows)
    return {"label": model.predict(rows), "scores": np.column_stack([-decision, decision])}


def export(model):
    """Returns the ONNX file of a classifier, as bytes."""
    names = {}
    if isinstance(model, Perceptron):
        # The exporter would call the second output `probabilities`, which a perceptron has none of.
        outputs = [("label", Int64TensorType([None])), ("scores", DoubleTensorType([None, 2]))]
        names = {"final_types": outputs}
    proto = to_onnx(
        model,
        name="breast-cancer",
        initial_types=[("X", DoubleTensorType([None, model.n_features_in_]))],
        options={"zipmap": False},
        target_opset={"": 18, "ai.onnx.ml": 3},
        **names,
    )
    return proto.SerializeToString(deterministic=True)


def check(file, rows, expected):
    """Fails unless an ONNX file gives scikit-learn's answers."""
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    for name, values in expected.items():
        (found,) = session.run([name], {"X": rows})
        # A score is the small sum of large products.
        np.testing.assert_allclose(found, values, rtol=0, atol=1e-8 if name == "scores" else 1e-12)


def main():
    _, (train_rows, test_rows, train_truth, test_truth) = load()
    files = {}
    for version, model in fit(train_rows, train_truth).items():
        expected = answers(model, test_rows)
        counts = confusion_matrix(test_truth, expected["label"]).ravel().tolist()
        print(f"version {version}: TN, FP, FN, TP = {counts}")
        if counts != FIGURES[version]:
            raise SystemExit(f"version {version} should give {FIGURES[version]}")
        files[version] = export(model)
        check(files[version], test_rows, expected)
    for version, file in files.items():
        path = HERE / str(version) / "model.onnx"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(file)


if __name__ == "__main__":
    main()
