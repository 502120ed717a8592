"""Reads a page of OpenMetrics from the standard input, as strictly as its reference
does, and writes as JSON which metrics it has, and how many exemplars."""

import json
import sys

from prometheus_client.openmetrics.parser import text_string_to_metric_families

families = list(text_string_to_metric_families(sys.stdin.read()))
samples = [sample for family in families for sample in family.samples]
json.dump(
    {
        "names": [family.name for family in families],
        "exemplars": sum(sample.exemplar is not None for sample in samples),
    },
    sys.stdout,
)
