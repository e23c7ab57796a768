"""How often the packaged model and the default playbook decide the table of cases as they should.

    python tests/benchmarks/triage_cases.py

The table (`tests/inference/triage/cases`) was written for the playbook, with answers that a model
may give; here the packaged model answers in their place. A case is right where the action is one of
those that its author thought right for the text alone. Every miss is printed with what decided it,
and misses that leave a complaint in silence are counted apart.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from pathlib import Path

from mentionlens import MentionClassifier
from mentionlens.scored_mention import Columns, from_row
from mentionlens.triage import Triage
from mentionlens.triage.intervals import share_interval
from mentionlens_data.tables import markdown_table

sys.path.insert(0, str(Path(__file__).parents[1] / "inference" / "triage"))

from triage_case_files import read_cases

SILENT = {"do_not_engage", "watch", "thank"}


def main() -> int:
    """Print a table by language, one by trap, and the misses."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bundle", help="bundle to use (default: the packaged one)")
    arguments = parser.parse_args()
    classifier, triage = MentionClassifier(arguments.bundle), Triage()
    cases = [case for case in read_cases() if "real" in case.data]
    columns = Columns.find(["text", "lang", "flags"], fixed=False)
    total: Counter[str] = Counter()
    right: Counter[str] = Counter()
    silenced, misses = 0, []
    answers = classifier.predict([{"text": case.data["text"], "lang": case.lang} for case in cases])
    for case, answer in zip(cases, answers, strict=True):
        decision = triage.decide(from_row({**answer.to_dict(), "lang": case.lang}, columns))
        is_right = decision.action in case.data["real"]
        for name in (f"lang {case.file_lang}", f"trap {case.data['trap']}", "all"):
            total[name] += 1
            right[name] += is_right
        if not is_right:
            silenced += "answer_now" in case.data["real"] and decision.action in SILENT
            misses.append((case.name, case.data["trap"], decision, case.data["real"]))
    for kind in ("lang", "trap"):
        names = [name for name in total if name.startswith(kind)] + ["all"]
        rows = []
        for name in names:
            low, high = share_interval(right[name], total[name])
            shown = f"{100 * low:.0f} to {100 * high:.0f} %"
            rows.append((name.removeprefix(f"{kind} "), total[name], right[name], shown))
        print("\n".join(markdown_table((kind, "texts", "right", "95 % interval"), rows)), "\n")
    print(f"Complaints that met silence: {silenced}")
    for name, trap, decision, wanted in misses:
        reasons = "; ".join(map(str, decision.reasons))
        print(f"- {name} ({trap}): {decision.action} by {decision.rule}, not {wanted}: {reasons}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
