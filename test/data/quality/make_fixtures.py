"""Records scikit-learn's own metrics of real answers, for the tests of the server's metrics.

`python make_fixtures.py` writes, beside itself, one file for each case: what was true, what was
answered, the scores, and the figures of sklearn.metrics. It needs the requirements.txt beside it.

- breast-cancer-1.json, breast-cancer-2.json: the shipped ONNX models on the 513 test rows.
- iris.json: the shipped ONNX model on its 75 test rows.
- digits.json: a logistic regression on 180 rows of ten classes. It abstains when no class reaches
  0.6: an answer that is none of the classes.
- diabetes.json: a linear regression on half of the table. boston.json: the shipped ONNX model.
- ranking.json: 6000 decision values of digits, one class against the rest, of which more than 4096
  differ.
"""

import json
import os
from pathlib import Path

# Before numpy, as in the train.py files.
os.environ["OPENBLAS_CORETYPE"] = "Haswell"

import numpy as np
import onnxruntime
from sklearn import metrics
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits, load_iris
from sklearn.linear_model import LinearRegression, LogisticRegression, RidgeClassifier
from sklearn.model_selection import cross_val_predict, train_test_split
from sklearn.utils import shuffle

HERE = Path(__file__).parent
MODELS = HERE.parent.parent.parent / "examples" / "models"


def run(model, version, rows):
    """Returns what a shipped ONNX model answers, by output."""
    file = MODELS / model / str(version) / "model.onnx"
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, {session.get_inputs()[0].name: rows}), strict=True))


def averages(truth, answers, average, labels=None):
    """Returns precision, recall and F1."""
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        truth, answers, average=average, labels=labels, zero_division=0
    )
    return {"precision": precision, "recall": recall, "f1Score": f1}


def binary(truth, answers, scores, probabilities):
    """Returns the case of a binary task whose class 1 is positive."""
    figures = {
        "accuracy": metrics.accuracy_score(truth, answers),
        **averages(truth, answers, "binary"),
        "specificity": metrics.recall_score(truth, answers, pos_label=0),
        "matthewsCorrelation": metrics.matthews_corrcoef(truth, answers),
        "rocAuc": metrics.roc_auc_score(truth, scores),
    }
    if probabilities:
        figures["logLoss"] = metrics.log_loss(truth, scores)
        figures["brierScore"] = metrics.brier_score_loss(truth, scores)
    return {"truth": truth, "answers": answers, "scores": scores, "figures": figures}


def multiclass(truth, answers, scores):
    """Returns the case of a multiclass task; an answer past the last class is none of them."""
    classes = list(range(scores.shape[1]))
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        truth, answers, labels=classes, zero_division=0
    )
    figures = {
        "accuracy": metrics.accuracy_score(truth, answers),
        "matthewsCorrelation": metrics.matthews_corrcoef(truth, answers),
        "classes": {"precision": precision, "recall": recall, "f1Score": f1, "support": support},
        "macro": averages(truth, answers, "macro", classes),
        "micro": averages(truth, answers, "micro", classes),
        "weighted": averages(truth, answers, "weighted", classes),
        "logLoss": metrics.log_loss(truth, scores, labels=classes),
        "brierScore": metrics.brier_score_loss(truth, scores, labels=classes),
    }
    return {"truth": truth, "answers": answers, "scores": scores, "figures": figures}


def regression(truth, answers):
    """Returns the case of a regression."""
    figures = {
        "meanAbsoluteError": metrics.mean_absolute_error(truth, answers),
        "rootMeanSquaredError": metrics.root_mean_squared_error(truth, answers),
        "rSquared": metrics.r2_score(truth, answers),
        "meanAbsolutePercentageError": metrics.mean_absolute_percentage_error(truth, answers),
        "bias": np.mean(answers - truth),
    }
    return {"truth": truth, "answers": answers, "figures": figures}


def breast_cancer(version):
    table = load_breast_cancer()
    _, rows, _, truth = train_test_split(table.data, table.target, test_size=0.9, random_state=0)
    outputs = run("breast-cancer", version, rows)
    scores = outputs["probabilities" if version == 1 else "scores"][:, 1]
    return binary(truth, outputs["label"], scores, probabilities=version == 1)


def iris():
    table = load_iris()
    _, rows, _, truth = train_test_split(
        table.data.astype(np.float32),
        table.target,
        test_size=0.5,
        random_state=0,
        stratify=table.target,
    )
    outputs = run("iris", 1, rows)
    # In double precision, as the server keeps scores: the figures depend on it.
    return multiclass(truth, outputs["label"], outputs["probabilities"].astype(np.float64))


def digits():
    rows, target = load_digits(return_X_y=True)
    train_rows, rows, train_truth, truth = train_test_split(
        rows / 16, target, test_size=0.1, random_state=0
    )
    model = LogisticRegression(C=0.1, max_iter=1000).fit(train_rows, train_truth)
    scores = model.predict_proba(rows)
    answers = np.where(scores.max(axis=1) >= 0.6, scores.argmax(axis=1), scores.shape[1])
    return multiclass(truth, answers, scores)


def diabetes():
    rows, target = load_diabetes(return_X_y=True)
    train_rows, rows, train_truth, truth = train_test_split(
        rows, target, test_size=0.5, random_state=0
    )
    return regression(truth, LinearRegression().fit(train_rows, train_truth).predict(rows))


def boston():
    path = MODELS / "boston-housing" / "data" / "boston.csv"
    table = shuffle(np.loadtxt(path, delimiter=",", skiprows=1), random_state=13)
    rows, truth = np.split(table[int(len(table) * 0.9) :], [-1], axis=1)
    (answers,) = run("boston-housing", 1, rows).values()
    return regression(truth.ravel(), answers.ravel())


def ranking():
    rows, target = load_digits(return_X_y=True)
    decisions = cross_val_predict(RidgeClassifier(), rows, target, method="decision_function")
    # Five digits keep the file small; the figure is of what is written.
    scores = np.array([float(f"{value:.5g}") for value in decisions.ravel()[:6000]])
    truth = (np.arange(10) == target[:, None]).astype(int).ravel()[:6000]
    assert len(np.unique(scores)) > 4096
    figures = {"rocAuc": metrics.roc_auc_score(truth, scores)}
    return {"truth": truth, "scores": scores, "figures": figures}


def plain(value):
    """Returns a value with its arrays as lists and its numbers as Python's."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    return value.tolist() if isinstance(value, (np.ndarray, np.generic)) else value


def main():
    cases = {
        "breast-cancer-1": breast_cancer(1),
        "breast-cancer-2": breast_cancer(2),
        "iris": iris(),
        "digits": digits(),
        "diabetes": diabetes(),
        "boston": boston(),
        "ranking": ranking(),
    }
    for name, case in cases.items():
        text = json.dumps(plain(case), separators=(",", ":"), allow_nan=False)
        (HERE / f"{name}.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
