"""Records what the tests of drift are compared with.

It needs the requirements.txt beside it. `python make_fixtures.py` writes, beside itself,

- breast-cancer.csv: scikit-learn's copy of the Wisconsin Diagnostic Breast Cancer table: a header
  of 30 feature names and 569 rows.
- statistics.json: what scipy says of pairs of samples by their counts in the same cells, the tail
  of Kolmogorov's distribution, and the regularized upper incomplete gamma function.
"""

import json
from pathlib import Path

import numpy as np
from scipy import special, stats
from sklearn.datasets import load_breast_cancer

HERE = Path(__file__).parent
# Pairs of counts in the same cells: a reference, and what came later.
PAIRS = [
    ([50, 50], [50, 50]),
    ([50, 50], [80, 20]),
    ([900, 100], [95, 5]),
    ([10, 20, 30, 40], [40, 30, 20, 10]),
    ([0, 125, 125, 125, 125, 125, 125, 125, 125, 0], [3, 20, 31, 18, 27, 25, 33, 22, 19, 2]),
    ([0, 250, 250, 250, 250, 0], [0, 0, 0, 0, 0, 400]),
    ([7, 8, 5, 12, 9], [1, 1, 2, 3, 80]),
    ([100000, 200000, 300000], [100500, 199000, 300500]),
]
KOLMOGOROV = [0.1, 0.3, 0.5, 0.8, 1.0, 1.17, 1.18, 1.3, 1.63, 2.0, 2.5, 3.0, 4.0]
GAMMA = [
    (a, x)
    for a in (0.5, 1.0, 1.5, 4.5, 10.0, 31.5, 100.0, 500.0)
    for x in (0.01, 0.5, 1.0, 3.84, 10.0, 40.0, 110.0, 480.0, 620.0)
]


def compare(reference, live):
    """Returns the statistics of two samples by their counts."""
    cells = np.arange(len(reference))
    samples = np.repeat(cells, reference), np.repeat(cells, live)
    n, m = sum(reference), sum(live)
    ks = stats.ks_2samp(*samples, method="asymp").statistic
    # Cells that neither sample has say nothing.
    table = np.array([reference, live])
    table = table[:, table.sum(axis=0) > 0]
    chi2 = stats.chi2_contingency(table, correction=False)
    p, q = ((counts + 0.5) / (counts + 0.5).sum() for counts in table)
    return {
        "reference": reference,
        "live": live,
        "ks": ks,
        "ksPValue": special.kolmogorov(np.sqrt(n * m / (n + m)) * ks),
        "chiSquare": chi2.statistic,
        "chiSquarePValue": chi2.pvalue,
        # The divergence of Kullback and Leibler, both ways.
        "psi": stats.entropy(p, q) + stats.entropy(q, p),
    }


def main():
    table = load_breast_cancer()
    names = [name.replace(" ", "_") for name in table.feature_names.tolist()]
    rows = [",".join(repr(value) for value in row) for row in table.data.tolist()]
    (HERE / "breast-cancer.csv").write_text("\n".join([",".join(names), *rows]) + "\n")
    statistics = {
        "pairs": [compare(*pair) for pair in PAIRS],
        "kolmogorov": [[x, special.kolmogorov(x)] for x in KOLMOGOROV],
        "upperGamma": [[a, x, special.gammaincc(a, x)] for a, x in GAMMA],
    }
    (HERE / "statistics.json").write_text(json.dumps(statistics, indent=1) + "\n")


if __name__ == "__main__":
    main()
