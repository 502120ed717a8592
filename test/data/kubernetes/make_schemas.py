"""Writes v<version>.json: what Kubernetes of that version says of the kinds that deploy/kubernetes uses.

    python3 -m venv .venv && .venv/bin/pip install -r requirements.txt
    .venv/bin/python make_schemas.py

The schemas are those of Kubernetes' own OpenAPI documents (Apache-2.0), in their strict form, without the prose.
"""

import json
from importlib.resources import files
from pathlib import Path

VERSIONS = ["1.31", "1.34", "1.37"]
KINDS = [
    "io.k8s.api.apps.v1.Deployment",
    "io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler",
    "io.k8s.api.core.v1.PersistentVolumeClaim",
    "io.k8s.api.core.v1.Secret",
    "io.k8s.api.core.v1.Service",
    "io.k8s.api.core.v1.ServiceAccount",
    "io.k8s.api.policy.v1.PodDisruptionBudget",
]


def without_prose(schema):
    if isinstance(schema, list):
        return [without_prose(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    kept = {}
    for key, value in schema.items():
        if key == "description" and isinstance(value, str) or key.startswith("x-kubernetes"):
            continue
        if key == "$ref":
            value = "#/$defs/" + value.rsplit("/", 1)[-1]
        kept[key] = without_prose(value)
    return kept


def references(schema):
    if isinstance(schema, list):
        for each in schema:
            yield from references(each)
    elif isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"].rsplit("/", 1)[-1]
        for value in schema.values():
            yield from references(value)


def main():
    schemas = files("kubernetes_validate") / "kubernetes-json-schema"
    for version in VERSIONS:
        path = schemas / f"v{version}.0-local-strict" / "_definitions.json"
        everything = json.loads(path.read_text())["$defs"]
        needed, todo = {}, list(KINDS)
        while todo:
            name = todo.pop()
            if name not in needed:
                needed[name] = without_prose(everything[name])
                todo += references(needed[name])
        text = json.dumps({"$defs": needed}, sort_keys=True, separators=(",", ":"))
        (Path(__file__).parent / f"v{version}.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
