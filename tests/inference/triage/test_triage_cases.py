"""The default playbook against the table of cases: every trap, in every language."""

from __future__ import annotations

from collections import Counter

import pytest
from mentionlens.triage import Triage
from triage_case_files import NOW, Case, read_cases

CASES = read_cases()
TRAPS = {
    "furious but genuine",
    "sarcastic praise",
    "polite complaint",
    "question that is a complaint",
    "troll with a real point",
    "resolved case",
    "repeat writer",
    "rumour",
    "spam",
    "unsure model",
    "unsupported language",
}
SILENT = {"do_not_engage", "watch", "thank"}


@pytest.fixture(scope="module")
def triage() -> Triage:
    return Triage()


def test_the_table_has_every_trap_in_every_language():
    assert len(CASES) >= 120
    by_language = Counter(case.file_lang for case in CASES)
    assert set(by_language) == {"pl", "ro", "ru", "es", "bg", "en"}
    assert min(by_language.values()) >= 20
    for lang in by_language:
        assert {case.data["trap"] for case in CASES if case.file_lang == lang} >= TRAPS, lang


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_is_decided_as_it_should_be(triage: Triage, case: Case):
    *_, decision = triage.decide_all([*case.earlier(), case.mention()], now=NOW)
    assert decision.action == case.data["expect"], decision
    assert decision.rule == case.data.get("rule", decision.rule)
    assert decision.priority == case.data.get("priority", decision.priority)
    # One reason for every condition, each with what was found.
    rule = next(rule for rule in triage.playbook.rules if rule.id == decision.rule)
    assert len(decision.reasons) == len(rule.conditions)
    assert decision.guidance_do


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_possible_complaint_of_the_table_meets_silence(triage: Triage, case: Case):
    if sum(case.data.get("c", {}).values()) >= 0.3:
        *_, decision = triage.decide_all([*case.earlier(), case.mention()], now=NOW)
        assert decision.action not in SILENT


def test_guidance_is_in_the_language_of_the_mention_or_in_the_one_asked_for(triage: Triage):
    english = Triage(guidance_language="en")
    for case in CASES:
        own = triage.decide(case.mention(), now=NOW)
        other = english.decide(case.mention(), now=NOW)
        assert (own.action, own.rule) == (other.action, other.rule)
        # A language without guidance has the English one.
        is_own = case.lang in ("pl", "ro", "ru", "es", "bg")
        assert (own.guidance_do != other.guidance_do) is is_own


def test_a_complaint_is_due_earlier_than_a_question_and_that_earlier_than_thanks(triage: Triage):
    due = {}
    for case in CASES:
        decision = triage.decide(case.mention(), now=NOW)
        if decision.due_at is not None:
            due.setdefault(decision.action, []).append(decision.due_at)
    assert max(due["answer_now"]) < min(due["answer_question"])
    assert max(due["answer_question"]) < min(due["thank"])


def test_safety_has_the_first_priority_alone(triage: Triage):
    first = [rule.id for rule in triage.playbook.rules if rule.priority == 1]
    assert first == ["safety", "safety-possible"]
