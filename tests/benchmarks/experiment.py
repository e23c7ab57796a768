"""Measure a training run on validation rows: one line for `training/EXPERIMENTS.md`.

    python tests/benchmarks/experiment.py RUN --data PREPARED [--rows 400]

Reads at most `--rows` validation rows of each corpus and language, by hash of the id; never a test
row. The torch model is measured, in bfloat16: what int8 costs is the export gate's question.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch
from mentionlens_data.hashing import unit_hash
from mentionlens_data.prepared import read_split
from mentionlens_data.schema import LabelledMention
from mentionlens_training.dataset import TextPreparer, build_dataset
from mentionlens_training.evaluation.measures.metrics import f1_per_label
from mentionlens_training.logits import predict_logits
from mentionlens_training.trained import load_trained

LAUNCH = ("pl", "ro", "ru", "es", "bg")
OWN = "sample-mentions"
Logits = dict[str, npt.NDArray[np.float32]]
Answer = tuple[LabelledMention, dict[str, str]]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=400)
    arguments = parser.parse_args()
    rows = list(_some_of_each_source(read_split(arguments.data, "validation"), arguments.rows))
    trained = load_trained(arguments.run / "trained")
    dataset = build_dataset(
        rows, trained.model.tasks, TextPreparer(trained.tokenizer, trained.config.text)
    )
    pad_id = trained.model.encoder.config.pad_token_id or 0
    with torch.autocast("cpu", torch.bfloat16):
        logits = predict_logits(trained.model, dataset, pad_id, 64)
    labels = {
        task.name: [task.labels[i] for i in logits[task.name].argmax(axis=1)]
        for task in trained.model.tasks
    }
    answers = [(row, {task: labels[task][i] for task in labels}) for i, row in enumerate(rows)]
    for name, value in _figures(answers):
        print(f"{name:45s} {value:6.1f}")


def _some_of_each_source(rows: Iterable[LabelledMention], most: int) -> Iterable[LabelledMention]:
    found: dict[tuple[str, str], list[LabelledMention]] = defaultdict(list)
    for row in rows:
        found[row.source, row.lang].append(row)
    for part in found.values():
        yield from sorted(part, key=lambda row: unit_hash("experiment", row.id))[:most]


def _figures(answers: Sequence[Answer]) -> Iterable[tuple[str, float]]:
    for task in ("sentiment", "troll", "complaint"):
        cells = {
            lang: [a for a in answers if a[0].lang == lang and task in a[0].labels]
            for lang in sorted({row.lang for row, _ in answers})
        }
        scores = {x: _macro_f1(cell, task) for x, cell in cells.items() if len(cell) >= 50}
        launch = [scores[lang] for lang in LAUNCH if lang in scores]
        yield f"{task}, mean of {len(scores)} languages", float(np.mean(list(scores.values())))
        yield f"{task}, mean of the launch languages", float(np.mean(launch))
        for lang, score in scores.items():
            yield f"  {task} {lang}", score
    for lang in LAUNCH:
        own = _of(answers, OWN, lang)
        yield f"own {lang} sentiment", _macro_f1(own, "sentiment")
        yield f"own {lang} complaint", _macro_f1(own, "complaint")
        yield f"own {lang} troll yes", _f1(own, "troll", "yes")
    own = [a for a in _of(answers, OWN) if a[0].lang in LAUNCH]
    yield "own launch sentiment", _macro_f1(own, "sentiment")
    yield "own launch complaint", _macro_f1(own, "complaint")
    yield "own launch troll yes", _f1(own, "troll", "yes")
    angry = [answer["troll"] == "yes" for row, answer in own if "angry_genuine" in row.slices]
    yield f"own furious called trolls, of {len(angry)}", 100 * float(np.mean(angry))
    read = [a for a in answers if a[0].source != OWN and len(a[0].labels) == 3]
    yield f"public rows read by the project ({len(read)}), complaint", _macro_f1(read, "complaint")
    tweets = {x: _macro_f1(_of(answers, "umsab", x), "sentiment") for x in _langs(answers, "umsab")}
    yield f"umsab, mean of {len(tweets)}", float(np.mean(list(tweets.values())))
    for lang, score in tweets.items():
        yield f"  umsab {lang}", score
    for source, task in (
        ("ru-sentirueval2016-tweets", "sentiment"),
        ("bg-cinexio", "sentiment"),
        ("pl-polemo2-klej-dev", "sentiment"),
        ("ro-offense", "troll"),
        ("bg-toxic-sofia", "troll"),
        ("semeval16-rest-multi", "complaint"),
    ):
        part = [a for a in _of(answers, source) if task in a[0].labels]
        if part:
            yield f"{source} {task}", _macro_f1(part, task)
    yield from _complaint_or_not(_of(answers, "complaints-acl19"))


def _complaint_or_not(answers: Sequence[Answer]) -> Iterable[tuple[str, float]]:
    def is_none(row: LabelledMention) -> bool:
        return row.labels.get("complaint") == "none"

    known = [a for a in answers if "complaint" in a[0].labels or "complaint" in a[0].excluded]
    if known:
        gold = [str(is_none(row)) for row, _ in known]
        found = [str(answer["complaint"] == "none") for _, answer in known]
        yield f"complaints-acl19 complaint or not ({len(known)})", _mean(f1_per_label(gold, found))


def _of(answers: Sequence[Answer], source: str, lang: str | None = None) -> list[Answer]:
    return [a for a in answers if a[0].source == source and lang in (None, a[0].lang)]


def _langs(answers: Sequence[Answer], source: str) -> list[str]:
    return sorted({row.lang for row, _ in _of(answers, source)})


def _scores(answers: Sequence[Answer], task: str) -> dict[str, float]:
    known = [(row.labels[task], answer[task]) for row, answer in answers if task in row.labels]
    return f1_per_label([gold for gold, _ in known], [found for _, found in known])


def _macro_f1(answers: Sequence[Answer], task: str) -> float:
    return _mean(_scores(answers, task))


def _f1(answers: Sequence[Answer], task: str, label: str) -> float:
    return 100 * _scores(answers, task).get(label, 0.0)


def _mean(scores: dict[str, float]) -> float:
    return 100 * float(np.mean(list(scores.values())))


if __name__ == "__main__":
    main()
