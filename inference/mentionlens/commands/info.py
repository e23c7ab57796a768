"""`mentionlens info`: what a bundle is."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping
from typing import Any

from mentionlens.bundle import Bundle, packaged_bundle_path

__all__ = ["SUMMARY", "add_arguments", "bundle_facts", "run"]

SUMMARY = "show a bundle: languages, tasks, labels, size, how it was verified and made"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("--bundle", metavar="DIR", help="bundle to use (default: the packaged one)")
    parser.add_argument("--json", action="store_true", help="print everything as one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """Print the facts on standard output; return the exit code."""
    path = packaged_bundle_path() if arguments.bundle is None else arguments.bundle
    facts = bundle_facts(Bundle.load(path))
    if arguments.json:
        print(json.dumps(facts, ensure_ascii=False, indent=2))
    else:
        print("\n".join(_lines(facts)))
    return 0


def bundle_facts(bundle: Bundle) -> dict[str, Any]:
    """Return the manifest's content with the folder (`path`) and its size (`bytes`)."""
    size = sum(file.stat().st_size for file in bundle.path.rglob("*") if file.is_file())
    return {"path": str(bundle.path), "bytes": size, **bundle.manifest.to_dict()}


def _lines(facts: Mapping[str, Any]) -> Iterator[str]:
    graph, tokenizer = facts["graphs"][0], facts["tokenizer"]
    yield f"{facts['name']} {facts['version']}"
    yield f"  folder     {facts['path']}"
    yield f"  size       {facts['bytes'] / 1e6:.1f} MB"
    yield f"  languages  {' '.join(facts['languages'])}"
    yield (
        f"  graph      {graph['file']}, {graph['precision']}, opset {graph['opset']}, "
        f"onnxruntime {graph['min_onnxruntime']} or newer"
    )
    yield (
        f"  mentions   up to {facts['long_text']['max_windows']} x {tokenizer['max_length']} pieces"
    )
    yield "tasks"
    for task in facts["tasks"]:
        yield f"  {task['name']}: {', '.join(task['labels'])}"
        yield (
            f"    temperature {task['temperature']:.4g}, "
            f"flagged low_confidence below {task['low_confidence']:.4g}"
        )
        own = task.get("language_temperatures", {})
        if own:
            values = ", ".join(f"{lang} {value:.3g}" for lang, value in own.items())
            yield f"    temperature where the language is named: {values}"
    yield "verification"
    yield from _record(facts["verification"], "  ")
    yield "provenance"
    yield from _record(facts["provenance"], "  ")


def _record(record: Mapping[str, Any], indent: str) -> Iterator[str]:
    """Print a free-form record: scalars and lists of scalars as they are, the rest by its size."""
    if not record:
        yield f"{indent}not recorded"
    for name, value in record.items():
        if isinstance(value, Mapping) and all(_is_scalar(item) for item in value.values()):
            yield f"{indent}{name}: " + ", ".join(f"{k} {_show(v)}" for k, v in value.items())
        elif isinstance(value, Mapping):
            yield f"{indent}{name}:"
            yield from _record(value, indent + "  ")
        elif isinstance(value, list):
            yield f"{indent}{name}: " + ", ".join(map(_entry, value))
        else:
            yield f"{indent}{name}: {_show(value)}"


def _entry(value: object) -> str:
    """Name one entry of a list, for example a corpus with its licence."""
    if not isinstance(value, Mapping):
        return _show(value)
    name = next((str(value[key]) for key in ("name", "id", "corpus") if key in value), "")
    licence = next((f" ({value[key]})" for key in ("licence", "license") if value.get(key)), "")
    return name + licence if name else json.dumps(value, ensure_ascii=False)


def _is_scalar(value: object) -> bool:
    return not isinstance(value, Mapping | list)


def _show(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else str(value)
