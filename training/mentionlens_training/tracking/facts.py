"""What a run is known by in MLflow: flat parameters, and tags of data and licences."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["data_tags", "flat_parameters", "safe_key"]

_LONGEST_KEY = 250
_LONGEST_VALUE = 6000


def flat_parameters(config: Mapping[str, Any]) -> dict[str, str]:
    """Return a configuration as MLflow keeps parameters: one name, one short text.

    Nested fields are joined with dots; of a list of named parts (the stages) the name stands in
    place of the number. What is empty is left out: `{"stages": [{"name": "broad", "sampling":
    {"rows": 9}}]}` becomes `{"stages.broad.sampling.rows": "9"}`.
    """
    return dict(_flat("", config))


def data_tags(fingerprint: str, provenance: Mapping[str, Any]) -> dict[str, str]:
    """Return what is said of the training data: one tag for each corpus' licence, and all of them.

    Args:
        fingerprint: of the prepared set.
        provenance: of the trained model or of the bundle; may be empty.
    """
    data = provenance.get("data", {})
    corpora: Mapping[str, Mapping[str, Any]] = data.get("corpora", {})
    licences = {name: str(corpus.get("licence", "unknown")) for name, corpus in corpora.items()}
    tags = {"data.fingerprint": fingerprint}
    tags |= {f"data.{fact}": str(data[fact]) for fact in ("policy", "rows") if fact in data}
    if licences:
        tags["data.licences"] = "; ".join(sorted(set(licences.values())))[:_LONGEST_VALUE]
    encoder = provenance.get("encoder", {})
    tags |= {
        f"encoder.{fact}": str(encoder[fact]) for fact in ("name", "revision") if fact in encoder
    }
    tags |= {
        safe_key(f"data.licence.{name}"): licence[:_LONGEST_VALUE]
        for name, licence in licences.items()
    }
    return tags


def safe_key(text: str) -> str:
    """Return a name that MLflow allows for parameters, metrics and tags: a file may have any."""
    return re.sub(r"[^\w\-. :/]", "_", text, flags=re.ASCII)[:_LONGEST_KEY]


def _flat(name: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _flat(f"{name}.{key}" if name else str(key), item)
    elif isinstance(value, list | tuple) and value and all(map(_is_named, value)):
        for item in value:
            rest = {key: field for key, field in item.items() if key != "name"}
            yield from _flat(f"{name}.{item['name']}", rest)
    elif value is not None and value != []:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        yield safe_key(name), text[:_LONGEST_VALUE]


def _is_named(item: object) -> bool:
    return isinstance(item, Mapping) and isinstance(item.get("name"), str)
