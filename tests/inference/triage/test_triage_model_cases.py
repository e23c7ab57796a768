"""The packaged model and the playbook together, on the texts of the table.

The playbook cannot see what the model does not: how many are right is measured, and
`tests/benchmarks/triage_cases.py` prints the misses by name.
"""

from __future__ import annotations

from collections import Counter

import pytest
from mentionlens import MentionClassifier
from mentionlens.scored_mention import Columns, from_row
from mentionlens.triage import Decision, Triage
from triage_case_files import Case, read_cases

CASES = [case for case in read_cases() if "real" in case.data]
SILENT = {"do_not_engage", "watch", "thank"}
# With bundle 0.5.0: right, silenced (praise that is meant to sting, and a troll's point, which the
# model takes at their word), and what another bundle may lose before the test says so.
RIGHT, SILENCED, SPARE = 95, 4, 3


@pytest.fixture(scope="module")
def decided() -> list[tuple[Case, Decision]]:
    classifier, triage = MentionClassifier(threads=1), Triage()
    mentions = [{"text": case.data["text"], "lang": case.lang} for case in CASES]
    rows = [answer.to_dict() for answer in classifier.predict(mentions)]
    columns = Columns.find(["text", "lang", "flags"], fixed=False)
    scored = [
        from_row({**row, "lang": case.lang}, columns) for case, row in zip(CASES, rows, strict=True)
    ]
    return [(case, triage.decide(one)) for case, one in zip(CASES, scored, strict=True)]


def test_enough_texts_of_every_language_are_decided_from_their_texts_alone():
    by_language = Counter(case.file_lang for case in CASES)
    assert len(by_language) == 6
    assert min(by_language.values()) >= 10


def test_most_texts_are_decided_as_they_should_be(decided):
    right = sum(decision.action in case.data["real"] for case, decision in decided)
    assert right >= RIGHT - SPARE


def test_hardly_a_complaint_of_the_table_meets_silence(decided):
    silenced = [
        (case.data["trap"], case.name, decision.rule)
        for case, decision in decided
        if "answer_now" in case.data["real"] and decision.action in SILENT
    ]
    assert len(silenced) <= SILENCED + SPARE, silenced
    # Never the plain ones: the angry, the questions, the dangers.
    subtle = {"sarcastic praise", "troll with a real point", "polite complaint"}
    assert {trap for trap, _, _ in silenced} <= subtle


def test_whatever_language_the_model_does_not_read_goes_to_a_person(decided):
    for case, decision in decided:
        if case.data["trap"] == "unsupported language":
            assert decision.action == "person"
