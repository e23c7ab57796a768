"""A hundred thousand predictions become a report in under a minute, in bounded memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROWS = 100_000
SCRIPT = """
import json, random, sys, time
from pathlib import Path
from mentionlens_data.schema import LabelledMention
from mentionlens_training.evaluation.evaluate import answers_by_cell, evaluate_answers
from mentionlens_training.evaluation.markdown import write_markdown
from mentionlens_training.evaluation.predictions import RowPrediction
from mentionlens_training.evaluation.reading import write_evaluation
from mentionlens_training.evaluation.report import write_report
from scripted import manifest

ROWS, FOLDER = int(sys.argv[1]), Path(sys.argv[2])
TASKS = {task.name: task.labels for task in manifest().tasks}
LANGS = ["pl", "ro", "ru", "es", "bg", "en", "cs", "sk", "de", "fr", "it", "pt", "hr", "sr", "sl"]
WORDS = "paczka kurier serwis długo nie odpowiada super polecam żałosne drogo dziękuję".split()
generator = random.Random(1)
rows = [
    LabelledMention(
        id=f"made/{n}",
        text=" ".join(generator.choices(WORDS, k=generator.randint(2, 40))),
        lang=LANGS[n % len(LANGS)],
        source=f"source-{n % 7}",
        split="test",
        group=str(n),
        labels={task: generator.choice(labels) for task, labels in TASKS.items()},
        slices=("angry_genuine",) if n % 9 == 0 else (),
    )
    for n in range(ROWS)
]

def predictions():
    for row in rows:
        probabilities, predicted = {}, {}
        for task, labels in TASKS.items():
            top = generator.choice(labels)
            score = generator.uniform(1 / len(labels), 1)
            rest = (1 - score) / (len(labels) - 1)
            probabilities[task] = {label: score if label == top else rest for label in labels}
            predicted[task] = top
        yield RowPrediction(
            row.id, row.lang, row.source, dict(row.labels), predicted, probabilities, row.slices
        )

def peak():
    # Not getrusage: its peak is that of the process that started this one, if that is higher.
    return int(open("/proc/self/status").read().partition("VmHWM:")[2].split()[0]) / 1024

before = peak()
start = time.process_time()
cells = answers_by_cell(manifest(), rows, predictions())
evaluation = evaluate_answers(manifest(), rows, cells)
write_evaluation(evaluation, FOLDER / "evaluation.json")
write_report(evaluation, FOLDER)
write_markdown(evaluation, FOLDER)
seconds = time.process_time() - start
found = {"seconds": seconds, "megabytes": peak() - before, "rows": evaluation.data.rows}
print(json.dumps(found))
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="peak memory as Linux tells it")
def test_many_rows_are_quick_and_small(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(ROWS), str(tmp_path)],
        cwd=Path(__file__).parent,
        capture_output=True,
        text=True,
        check=True,
    )
    measured = json.loads(done.stdout)
    assert measured["rows"] == ROWS
    # Of the processor: the clock says more about what else the machine does.
    assert measured["seconds"] < 60
    assert 10 < measured["megabytes"] < 500
    assert (tmp_path / "index.html").stat().st_size < 400_000
