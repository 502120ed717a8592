"""Records what scikit-learn itself answers, for the server's tests of the example models.

It trains each model anew by the `load`, `fit` and `answers` of its train.py, so it needs the
requirements.txt of breast-cancer. `python make_expectations.py` writes, beside itself,

- <model>.json for each model: its features, 20 test rows, the truth, and the answers by version
  and output. A missing value is null.
- breast-cancer-test.json: all 513 test rows of breast-cancer, the truth, and the labels by version.
"""

import importlib.util
import json
import math
import os
import sys
from pathlib import Path

# Before numpy, as in the train.py files.
os.environ["OPENBLAS_CORETYPE"] = "Haswell"
sys.dont_write_bytecode = True

import numpy as np

HERE = Path(__file__).parent
MODELS = HERE.parent.parent / "examples" / "models"
COUNT = 20
# Rows that the table of passengers lacks, whose truth is null: an unknown port, and none at all
# with an unknown age.
PASSENGERS = [
    ["female", "Belfast", True, 3, 22.0, 9.5],
    ["male", "", False, 1, math.nan, 61.25],
]


def train_module(model):
    """Returns the train.py of a model as a module."""
    spec = importlib.util.spec_from_file_location(model, MODELS / model / "train.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def plain(values):
    """Returns an array as lists for JSON: floats in their shortest form, NaN as null."""
    if isinstance(values, (list, np.ndarray)):
        return [plain(value) for value in values]
    if isinstance(values, np.float32):
        return float(str(values))
    value = values.item() if isinstance(values, np.generic) else values
    return None if isinstance(value, float) and math.isnan(value) else value


def record(name, features, rows, truth, answers):
    """Writes one file."""
    content = {"features": features, "rows": plain(rows), "truth": plain(truth), **answers}
    text = json.dumps(content, separators=(",", ":"), allow_nan=False)
    (HERE / f"{name}.json").write_text(text + "\n")


def main():
    for model in sorted(path.parent.name for path in MODELS.glob("*/train.py")):
        train = train_module(model)
        features, (train_rows, rows, train_truth, truth) = train.load()
        versions = train.fit(train_rows, train_truth)
        if model == "breast-cancer":
            labels = {str(key): plain(fitted.predict(rows)) for key, fitted in versions.items()}
            record("breast-cancer-test", features, rows, truth, {"labels": labels})
        rows, truth = rows[:COUNT], plain(truth[:COUNT])
        if model == "passengers":
            rows = np.vstack([rows, np.array(PASSENGERS, dtype=object)])
            truth += [None] * len(PASSENGERS)
        answers = {
            str(key): {name: plain(values) for name, values in train.answers(fitted, rows).items()}
            for key, fitted in versions.items()
        }
        record(model, features, rows, truth, {"answers": answers})


if __name__ == "__main__":
    main()
