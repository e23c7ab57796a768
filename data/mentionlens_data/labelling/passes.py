"""Who said what: the answers of every labelling pass, one line a mention and pass.

A file of passes is tab-separated with a head line: `id`, `pass`, then one column a task. Passes are
named `1`, `2` and `settled`: two independent readings, the second without sight of the first, and
what was agreed on where they differ.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from mentionlens_data.errors import LabellingError
from mentionlens_data.tasks import default_tasks

__all__ = ["PASSES", "SETTLED", "Passes", "read_passes"]

SETTLED = "settled"
PASSES = ("1", "2", SETTLED)

Passes = Mapping[str, Mapping[str, Mapping[str, str]]]
"""Pass to id to task to label."""


def read_passes(path: Path) -> Passes:
    """Read a file of passes; further columns are left to their readers.

    Raises:
        LabellingError: a line has an unknown pass or label, or answers a mention twice; the
            message names file, line and field.
    """
    tasks = default_tasks()
    found: dict[str, dict[str, dict[str, str]]] = defaultdict(dict)
    with path.open(encoding="utf-8", newline="") as file:
        for row in (reader := csv.DictReader(file, delimiter="\t")):
            where = f"{path.name}, line {reader.line_num}"
            if row.get("pass") not in PASSES:
                raise LabellingError(
                    f"{where}: field 'pass': {row.get('pass')!r} is not one of {', '.join(PASSES)}"
                )
            for task in tasks:
                if row.get(task.name) not in task.labels:
                    raise LabellingError(
                        f"{where}: field {task.name!r}: {row.get(task.name)!r} is not one of "
                        f"{', '.join(task.labels)}"
                    )
            if row["id"] in found[row["pass"]]:
                raise LabellingError(f"{where}: pass {row['pass']} answers {row['id']!r} twice")
            found[row["pass"]][row["id"]] = {task.name: row[task.name] for task in tasks}
    return found
