"""Trains boston-housing: what is the median home worth in a district of Boston, in USD 1000?

The recipe is that of the MLinProduction article on serving models with Docker, which follows an
old example of scikit-learn: gradient boosting with 500 trees on the Boston table of 1978 (506
districts; scikit-learn carried it until release 1.1). The article sets no seed; this one does.

`python train.py` writes 1/model.onnx. It fails, and writes nothing, unless the model gives the
article's answer to the article's request.
"""

import csv
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from sklearn.ensemble import GradientBoostingRegressor
from sklearn.metrics import mean_squared_error
from sklearn.utils import shuffle

HERE = Path(__file__).parent
# The article's request and its answer.
REQUEST = [15.02, 0.0, 18.1, 0.0, 0.614, 5.3, 97.3, 2.1, 24.0, 666.0, 20.2, 349.48, 24.9]
ANSWER = 12.273424794987879
# The same for every seed; the error on the test rows is not.
TRAIN_ERROR = 1.7677391


def load():
    """Returns the feature names, and train X, test X, train y, test y (MEDV, in USD 1000)."""
    with open(HERE / "data" / "boston.csv", newline="") as file:
        names, *table = csv.reader(file)
    table = np.array(table, dtype=np.float64)
    rows, truth = shuffle(table[:, :-1], table[:, -1], random_state=13)
    train = int(len(rows) * 0.9)
    return names[:-1], [rows[:train], rows[train:], truth[:train], truth[train:]]


def fit(rows, truth):
    """Returns the trained regressors, by version."""
    model = GradientBoostingRegressor(
        n_estimators=500, max_depth=4, min_samples_split=2, learning_rate=0.01, random_state=42
    )
    return {1: model.fit(rows, truth)}


def answers(model, rows):
    """Returns scikit-learn's own answers, by the name of the ONNX output."""
    return {"prediction": model.predict(rows)[:, np.newaxis]}


def ensemble(model):
    """Returns the attributes of a TreeEnsemble node that holds the trees in double precision.

    Inner nodes and leaves are numbered apart; a child is an index among one or the other.
    """
    nodes = {"featureids": [], "splits": [], "modes": []}
    for side in "true", "false":
        nodes |= {f"{side}nodeids": [], f"{side}leafs": []}
    roots, weights = [], []
    for stage in model.estimators_.ravel():
        tree = stage.tree_
        leaf = tree.children_left == -1
        # A node's place among its own kind, in this tree and after all earlier ones.
        place = np.where(leaf, len(weights) + leaf.cumsum(), len(nodes["modes"]) + (~leaf).cumsum())
        place -= 1
        roots.append(place[0])
        weights.extend(model.learning_rate * tree.value[leaf].ravel())
        nodes["featureids"].extend(tree.feature[~leaf])
        nodes["splits"].extend(tree.threshold[~leaf])
        nodes["modes"].extend(np.zeros(np.count_nonzero(~leaf), dtype=np.uint8))  # BRANCH_LEQ
        for side, children in ("true", tree.children_left), ("false", tree.children_right):
            nodes[f"{side}nodeids"].extend(place[children[~leaf]])
            nodes[f"{side}leafs"].extend(leaf[children[~leaf]].astype(int))
    return {
        **{f"nodes_{key}": values for key, values in nodes.items()},
        "nodes_splits": numpy_helper.from_array(np.array(nodes["splits"])),
        "nodes_modes": numpy_helper.from_array(np.array(nodes["modes"])),
        "leaf_weights": numpy_helper.from_array(np.array(weights)),
        "leaf_targetids": [0] * len(weights),
        "tree_roots": roots,
        "n_targets": 1,
        "aggregate_function": 1,  # SUM
    }


def export(model):
    """Returns the ONNX file of the regressor, as bytes.

    skl2onnx cannot export these trees in double precision, so the graph is made by hand.
    """
    nodes = [
        # scikit-learn rounds its rows to single precision, but not its thresholds.
        helper.make_node("Cast", ["X"], ["rounded"], to=TensorProto.FLOAT),
        helper.make_node("Cast", ["rounded"], ["rows"], to=TensorProto.DOUBLE),
        helper.make_node("TreeEnsemble", ["rows"], ["sum"], domain="ai.onnx.ml", **ensemble(model)),
        helper.make_node("Add", ["sum", "mean"], ["prediction"]),
    ]
    graph = helper.make_graph(
        nodes,
        "boston-housing",
        [helper.make_tensor_value_info("X", TensorProto.DOUBLE, [None, model.n_features_in_])],
        [helper.make_tensor_value_info("prediction", TensorProto.DOUBLE, [None, 1])],
        [numpy_helper.from_array(model.init_.constant_, "mean")],
    )
    opsets = [helper.make_opsetid("", 18), helper.make_opsetid("ai.onnx.ml", 5)]
    proto = helper.make_model(graph, opset_imports=opsets, ir_version=10)
    onnx.checker.check_model(proto)
    return proto.SerializeToString(deterministic=True)


def check(file, rows, expected):
    """Fails unless an ONNX file gives scikit-learn's answers."""
    session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
    for name, values in expected.items():
        (found,) = session.run([name], {"X": rows})
        np.testing.assert_allclose(found, values, rtol=0, atol=1e-11)


def main():
    _, (train_rows, test_rows, train_truth, test_truth) = load()
    model = fit(train_rows, train_truth)[1]
    train_error = mean_squared_error(train_truth, model.predict(train_rows))
    test_error = mean_squared_error(test_truth, model.predict(test_rows))
    answer = float(model.predict([REQUEST])[0])
    print(f"mean squared error: train {train_error:.7f}, test {test_error:.7f}")
    print(f"answer to the article's request: {answer!r}")
    if round(train_error, 7) != TRAIN_ERROR or abs(answer - ANSWER) > 1e-9:
        raise SystemExit(f"should give a train error of {TRAIN_ERROR} and answer {ANSWER!r}")
    file = export(model)
    rows = np.vstack([REQUEST, train_rows, test_rows])
    check(file, rows, answers(model, rows))
    path = HERE / "1" / "model.onnx"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(file)


if __name__ == "__main__":
    main()
