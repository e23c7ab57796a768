r"""How good is a model after 8, 64, 512 mentions of each label: ours, and what others would use?

Run by hand; pytest does not collect it. `setfit` is no dependency of the project: it runs in a
Python of its own.

    python tests/benchmarks/few_shot.py --corpora CORPORA --training-ids RUN/training_ids.txt \
        --setfit-python VENV/bin/python --work WORK -o fewshot.json

Compared are, on the same rows, the same threads and the same base encoder (multilingual-e5-small):

- `tfidf`: TF-IDF of characters and words, logistic regression.
- `frozen`: the mean-pooled features of the base encoder, logistic regression, its strength chosen
  by cross-validation.
- `setfit`: 20 pairs of either kind for each text at 8 rows a label, 5 at 64, 1 with more: with its
  own default, every pair once, one training at 64 takes hours. A training that would take longer
  than `--longest` minutes, at the speed that was measured on the same set, is not run, and the
  table says so.
- `finetune`: the base encoder and a linear head in a plain loop, 3 passes and 100 steps at least.
- `heads`, `top`: `mentionlens train --init packaged` in these depths; rehearsal is left out, as the
  others know nothing that they could forget.
- `packaged`: the shipped model as it is, for the questions that it answers.

The shipped model was trained on other rows of most of these corpora; the table says which. Two
kinds of sets are told apart: those whose question it knows, and those that ask something new, of
which one corpus was never used at all. No row that it was trained on is learned from or measured
on.

Results are written as they come, one training at a time; the same command goes on where it was. The
table is written beside them, as Markdown.
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean, stdev
from typing import Any

from few_shot_learners import Learners, Lesson, setfit_iterations
from few_shot_sets import SETS, DrawnSet, draw_sets
from mentionlens_data.atomic import written_atomically
from mentionlens_data.tables import markdown_table
from mentionlens_training.progress import say
from sklearn.metrics import f1_score

METHODS = ("packaged", "tfidf", "frozen", "setfit", "finetune", "heads", "top")
CHEAP = ("packaged", "tfidf", "frozen", "heads")
OURS = ("heads", "top")
SIZES = ("8", "64", "512", "all")
NONE = "none"
"""The size of what is not trained."""
Job = tuple[str, str, str, int]
"""Set, method, size and seed."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpora", type=Path, required=True, help="folder of the public corpora")
    parser.add_argument("--training-ids", type=Path, required=True, help="of the packaged bundle")
    parser.add_argument("--work", type=Path, required=True, help="folder of what is kept")
    parser.add_argument("-o", "--output", type=Path, required=True, help="results (JSON)")
    parser.add_argument("--setfit-python", type=Path, help="a Python that has setfit")
    parser.add_argument("--sets", nargs="+", choices=list(SETS), default=list(SETS))
    parser.add_argument("--sizes", nargs="+", choices=SIZES, default=list(SIZES))
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=list(METHODS))
    parser.add_argument("--seeds", nargs="+", type=int, default=[1, 2, 3])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--longest", type=float, default=20, help="minutes of one training")
    parser.add_argument("--table-only", action="store_true", help="from the results, run nothing")
    arguments = parser.parse_args()
    results = Results(arguments.output)
    if not arguments.table_only:
        run(arguments, results)
    print(*report(results), sep="\n")


class Results:
    """The figures so far, in a file that is whole at any time.

    Args:
        path: of the file; the table lies beside it, with the ending .md.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        found = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        self.sets: dict[str, Any] = found.get("sets", {})
        self.cells: list[dict[str, Any]] = found.get("cells", [])

    def describe(self, name: str, facts: dict[str, Any]) -> None:
        """Keep what is known of a set; figures of other rows than those are thrown away."""
        if self.sets.get(name, facts) != facts:
            self.cells = [cell for cell in self.cells if cell["set"] != name]
        self.sets[name] = facts

    def has(self, job: Job) -> bool:
        """Whether a training was run, or was found to take too long."""
        return any(_job(cell) == job for cell in self.cells)

    def add(self, job: Job, facts: Mapping[str, Any]) -> None:
        """Keep the figures of one training."""
        name, method, size, seed = job
        self.cells.append({"set": name, "method": method, "size": size, "seed": seed, **facts})
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with written_atomically(self._path) as file:
            json.dump({"sets": self.sets, "cells": self.cells}, file, ensure_ascii=False, indent=1)
        with written_atomically(self._path.with_suffix(".md")) as file:
            file.writelines(f"{line}\n" for line in report(self))


def run(arguments: argparse.Namespace, results: Results) -> None:
    """Run what is asked for and not there yet, the most telling first."""
    drawn = draw_sets(
        arguments.sets, arguments.corpora, arguments.training_ids, arguments.work / "sets"
    )
    for name, found in drawn.items():
        results.describe(name, facts_of(found))
        say(f"{name}: {results.sets[name]}")
    jobs = [job for job in ordered(arguments) if not results.has(job)]
    learners = Learners(
        arguments.work, threads=arguments.threads, setfit_python=arguments.setfit_python
    )
    began = time.monotonic()
    for number, job in enumerate(jobs, start=1):
        name, method, size, seed = job
        shots = _shots(size)
        rows = drawn[name].shots(shots, seed)
        if method == "setfit":
            expected = setfit_seconds(results, name, len(rows) * setfit_iterations(shots))
            if expected > 60 * arguments.longest:
                say(f"{name}, setfit, {size}: not run, {expected / 3600:.1f} h")
                results.add(job, {"rows": len(rows), "not_run_seconds": round(expected)})
                continue
        answers = learners.methods[method](Lesson(drawn[name], rows, shots, seed))
        right = [row.labels[drawn[name].asked.task] for row in drawn[name].test]
        # An answer that no test row has costs the label that was right.
        score = 100 * f1_score(
            right, answers.labels, labels=sorted(set(right)), average="macro", zero_division=0
        )
        results.add(
            job,
            {
                "rows": len(rows),
                "macro_f1": round(score, 2),
                "seconds": round(answers.seconds, 2),
                "processor_seconds": round(answers.processor_seconds, 2),
            },
        )
        minutes = (time.monotonic() - began) / 60
        say(
            f"{number} of {len(jobs)}, {minutes:.0f} min: {name}, {method}, {size} a label, "
            f"seed {seed}: {score:.1f} in {answers.processor_seconds:.1f} s"
        )
    learners.close()


def facts_of(drawn: DrawnSet) -> dict[str, Any]:
    """Return what the table says of a set."""
    task = drawn.asked.task
    return {
        "source": drawn.asked.source,
        "lang": drawn.asked.lang,
        "task": task,
        "known": drawn.asked.known,
        "rows_the_bundle_knew": drawn.known_rows,
        "copies_left_out": drawn.copies,
        "pool": dict(Counter(row.labels[task] for row in drawn.pool)),
        "test": len(drawn.test),
    }


def ordered(arguments: argparse.Namespace) -> list[Job]:
    """Return the trainings in the order of what they tell.

    First everything with the fewest rows and the first seed, then all that takes seconds, then the
    rest, from few rows to many.
    """

    def place(job: Job) -> tuple[int, ...]:
        name, method, size, seed = job
        number = arguments.seeds.index(seed)
        of_size = (NONE, *SIZES).index(size)
        turn = 0 if number == 0 and of_size < 2 else 1 if method in CHEAP else 2
        # What takes long: more rows of the first seed, and further seeds of few rows, by turns.
        later = of_size + number if turn == 2 else 0
        return turn, later, number, of_size, arguments.sets.index(name), METHODS.index(method)

    jobs: list[Job] = []
    for method in arguments.methods:
        for name in arguments.sets:
            if method == "packaged":
                if not SETS[name].known:
                    continue
                jobs.append((name, method, NONE, arguments.seeds[0]))
                continue
            jobs += [
                (name, method, size, seed)
                for size in arguments.sizes
                for seed in arguments.seeds
                # The same rows, and no random weights: one answer.
                if not (method in CHEAP and size == "all" and seed != arguments.seeds[0])
            ]
    return sorted(jobs, key=place)


def setfit_seconds(results: Results, name: str, pairs: int) -> float:
    """Return how long a training would take on two threads of a machine with nothing else to do.

    At the speed of those before it on the same set; 0 before the first.
    """
    speeds = [
        cell["processor_seconds"] / 2 / (cell["rows"] * setfit_iterations(_shots(cell["size"])))
        for cell in results.cells
        if cell["set"] == name and cell["method"] == "setfit" and "seconds" in cell
    ]
    return pairs * fmean(speeds) if speeds else 0.0


def report(results: Results) -> Iterator[str]:
    """Yield the tables: each set, then what it comes to."""
    cells: dict[tuple[str, str, str], list[dict[str, Any]]] = defaultdict(list)
    for cell in results.cells:
        cells[cell["set"], cell["method"], cell["size"]].append(cell)
    yield "Macro-F1 in percent, mean ± standard deviation over the seeds (processor seconds of the"
    yield "training, of all threads together)."
    yield ""
    head = ["set", "method", NONE, *(f"{size} a label" for size in SIZES[:-1]), "all"]
    body = []
    for name, facts in results.sets.items():
        known = "known question" if facts["known"] else "new question"
        seen = facts["rows_the_bundle_knew"]
        met = f"{seen:,} other rows known" if seen else "unknown corpus"
        title = f"{name} ({facts['lang']}, {facts['task']}: {known}, {met})"
        for method in METHODS:
            shown = [_shown(cells[name, method, size]) for size in (NONE, *SIZES)]
            if any(shown):
                body.append([title, method, *(text or "-" for text in shown)])
    yield from markdown_table(head, body)
    yield ""
    yield from _summary(results, cells)


def _summary(
    results: Results, cells: Mapping[tuple[str, str, str], list[dict[str, Any]]]
) -> Iterator[str]:
    yield "Best of ours (`heads`, `top`) less the best of the others, in points, where all of these"
    yield "were run or would take too long; then how many times longer setfit trained than `heads`."
    yield ""
    body = []
    for name in results.sets:
        row: list[object] = [name]
        for size in SIZES:
            others = [m for m in METHODS if m not in (*OURS, "packaged")]
            found = {m: _mean(cells[name, m, size], "macro_f1") for m in (*others, *OURS)}
            asked = all(cells[name, method, size] for method in others)
            ours = [found[m] for m in OURS if found[m] is not None]
            if not ours or not asked:
                row.append("-")
                continue
            gap = max(ours) - max(found[m] for m in others if found[m] is not None)
            slow = _mean(cells[name, "setfit", size], "processor_seconds")
            fast = _mean(cells[name, "heads", size], "processor_seconds")
            times = f"; {slow / fast:.0f} times" if slow and fast else ""
            row.append(f"{gap:+.1f}{times}")
        body.append(row)
    yield from markdown_table(["set", *(f"{size} a label" for size in SIZES[:-1]), "all"], body)


def _shown(cells: Sequence[Mapping[str, Any]]) -> str:
    scores = [cell["macro_f1"] for cell in cells if "macro_f1" in cell]
    if not scores:
        hours = [cell["not_run_seconds"] / 3600 for cell in cells]
        return f"not run ({fmean(hours):.1f} h)" if hours else ""
    spread = f" ± {stdev(scores):.1f}" if len(scores) > 1 else ""
    seconds = fmean(cell["processor_seconds"] for cell in cells if "seconds" in cell)
    return f"{fmean(scores):.1f}{spread} ({seconds:.{0 if seconds >= 10 else 1}f} s)"


def _mean(cells: Sequence[Mapping[str, Any]], name: str) -> float | None:
    values = [cell[name] for cell in cells if name in cell]
    return fmean(values) if values else None


def _job(cell: Mapping[str, Any]) -> Job:
    return cell["set"], cell["method"], cell["size"], cell["seed"]


def _shots(size: str) -> int | None:
    return {NONE: 0, "all": None}[size] if size in (NONE, "all") else int(size)


if __name__ == "__main__":
    main()
