"""Trains passengers: is a passenger of a sinking ship saved, judged from the passenger list?

It shows inputs of mixed types: text, a boolean, an integer, and numbers of which one may be
missing. Each column is an input of its own, since the elements of a tensor are all of one type.
The passengers are made up: a seeded table in which women, children and the upper classes are
saved more often. Of its 480 rows, 360 train and 120 test.

`python train.py` writes 1/model.onnx. It fails, and writes nothing, unless the model reaches its
recorded figures.
"""

import os

# Before numpy: the same kernel everywhere gives the same file everywhere.
os.environ["OPENBLAS_CORETYPE"] = "Haswell"

from pathlib import Path

import numpy as np
import onnxruntime
from skl2onnx import to_onnx
from skl2onnx.common.data_types import (
    BooleanTensorType,
    FloatTensorType,
    Int64TensorType,
    StringTensorType,
)
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import confusion_matrix
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

HERE = Path(__file__).parent
# Each input with its type, as numpy and as the exporter have it.
INPUTS = {
    "sex": (object, StringTensorType),
    "embarked": (object, StringTensorType),
    "alone": (np.bool_, BooleanTensorType),
    "travel_class": (np.int64, Int64TensorType),
    "age": (np.float32, FloatTensorType),
    "fare": (np.float32, FloatTensorType),
}
# Of the 120 test rows: true negatives, false positives, false negatives, true positives.
FIGURES = [54, 9, 13, 44]


def load():
    """Returns the feature names, and train X, test X, train y, test y (0 lost, 1 saved).

    A row is a list of Python values in the order of the inputs; an unknown age is NaN.
    """
    random = np.random.default_rng(1912)
    count = 480
    sex = random.choice(["female", "male"], count, p=[0.4, 0.6])
    embarked = random.choice(["Cherbourg", "Queenstown", "Southampton"], count, p=[0.2, 0.1, 0.7])
    alone = random.random(count) < 0.6
    travel_class = random.choice([1, 2, 3], count, p=[0.25, 0.25, 0.5])
    age = np.round(np.clip(random.normal(38 - 4 * travel_class, 14), 0.5, 80) * 2) / 2
    fare = np.round(random.lognormal(4.8 - 0.8 * travel_class, 0.4), 2)
    odds = 2.8 * (sex == "female") - 0.9 * travel_class - 0.03 * age - 0.4 * alone
    odds += 0.4 * (embarked == "Cherbourg") + 1.4
    saved = (random.random(count) < 1 / (1 + np.exp(-odds))).astype(np.int64)
    age[random.random(count) < 0.2] = np.nan
    rows = np.empty((count, len(INPUTS)), dtype=object)
    for column, values in enumerate([sex, embarked, alone, travel_class, age, fare]):
        rows[:, column] = values.tolist()
    return list(INPUTS), train_test_split(rows, saved, test_size=0.25, random_state=0)


def fit(rows, truth):
    """Returns the trained classifiers, by version."""
    names = list(INPUTS)
    columns = [
        # A category that was not there in training adds nothing to the odds.
        ("text", OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["sex", "embarked"]),
        ("flag", "passthrough", ["alone"]),
        ("travel_class", StandardScaler(), ["travel_class"]),
        ("age", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), ["age"]),
        ("fare", StandardScaler(), ["fare"]),
    ]
    encoder = ColumnTransformer(
        [(key, step, [names.index(name) for name in wanted]) for key, step, wanted in columns]
    )
    return {1: make_pipeline(encoder, LogisticRegression(tol=1e-8)).fit(rows, truth)}


def answers(model, rows):
    """Returns scikit-learn's own answers, by the name of the ONNX output."""
    return {"label": model.predict(rows), "probabilities": model.predict_proba(rows)}


def export(model):
    """Returns the ONNX file of the pipeline, as bytes."""
    proto = to_onnx(
        model,
        name="passengers",
        initial_types=[(name, kind([None, 1])) for name, (_, kind) in INPUTS.items()],
        options={"zipmap": False},
        target_opset={"": 18, "ai.onnx.ml": 3},
    )
    return proto.SerializeToString(deterministic=True)


def check(file, rows, expected):
    """Fails unless an ONNX file gives scikit-learn's answers."""
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    feeds = {
        name: rows[:, [column]].astype(kind)
        for column, (name, (kind, _)) in enumerate(INPUTS.items())
    }
    for name, values in expected.items():
        (found,) = session.run([name], feeds)
        np.testing.assert_allclose(found, values, rtol=0, atol=0 if name == "label" else 1e-6)


def main():
    _, (train_rows, test_rows, train_truth, test_truth) = load()
    model = fit(train_rows, train_truth)[1]
    counts = confusion_matrix(test_truth, model.predict(test_rows)).ravel().tolist()
    print(f"TN, FP, FN, TP = {counts}")
    if counts != FIGURES:
        raise SystemExit(f"should give {FIGURES}")
    file = export(model)
    # The table has no unknown text, so give some rows one.
    strangers = test_rows.copy()
    strangers[::2, 0] = ""
    strangers[::3, 1] = "Belfast"
    rows = np.vstack([test_rows, strangers])
    check(file, rows, answers(model, rows))
    path = HERE / "1" / "model.onnx"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(file)


if __name__ == "__main__":
    main()
