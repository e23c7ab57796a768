"""Bundles that the export gate speaks for, and rows on which one is better than another."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mentionlens import MentionClassifier
from tiny_bundle import copy_tiny_bundle, edit_manifest

_WORDS = [
    *("paczka", "nie", "livrarea", "не", "деньги", "gracias", "http", "user", "żółć", "łąka"),
    *("servicio", "доставка", "пратка", "comanda", "fatal", "super", "¿", "😡", "👍", "спасибо"),
]


def gated_bundle(folder: Path, version: str, *, turned: bool = False, gate: bool = True) -> Path:
    """Copy the tiny bundle under another version.

    Args:
        folder: of the copy.
        version: of the model.
        turned: whether it gives the sentiment labels in another order, so that it calls other
            texts negative; its golden answers are renewed.
        gate: whether its manifest records a passed gate.
    """
    copy_tiny_bundle(folder)

    def change(manifest: dict[str, Any]) -> None:
        manifest["version"] = version
        if gate:
            check = {"name": "parity", "measured": 0.0, "limit": 0.1, "detail": "made for a test"}
            manifest["verification"] = {"passed": True, "checks": [check]}
        if turned:
            labels = manifest["tasks"][0]["labels"]
            manifest["tasks"][0]["labels"] = [*labels[1:], labels[0]]

    edit_manifest(folder, change)
    if turned:
        _renew_golden(folder)
    return folder


def write_rows(path: Path, right: Mapping[str, Path], *, rows: int = 120) -> Path:
    """Write labelled rows for which a bundle is right.

    Args:
        path: of the file, JSON Lines.
        right: language to the bundle whose every answer in that language is the right one.
        rows: of each language.
    """
    generator = random.Random(5)
    lines = []
    for lang, bundle in right.items():
        classifier = MentionClassifier(bundle, threads=1)
        for number in range(rows):
            text = " ".join(generator.choices(_WORDS, k=6)) + f" {number}"
            answer = classifier.predict(text)
            labels = {task: found.label for task, found in answer.tasks.items()}
            lines.append({"id": f"{lang}-{number}", "lang": lang, "text": text} | labels)
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    path.write_text(text, encoding="utf-8")
    return path


def _renew_golden(folder: Path) -> None:
    path = folder / "golden.jsonl"
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    classifier = MentionClassifier(folder, threads=1)
    for line in lines:
        tasks = classifier.predict(line["text"]).tasks
        line["expected"] = {task: dict(answer.probabilities) for task, answer in tasks.items()}
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    path.write_text(text, encoding="utf-8")
