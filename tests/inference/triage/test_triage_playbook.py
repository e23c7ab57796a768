"""Playbooks: what is read, what is refused and how, and what the checker proves."""

from __future__ import annotations

import tomllib
from importlib import resources
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from mentionlens.scored_mention import ScoredMention
from mentionlens.triage import (
    GuidanceError,
    Playbook,
    PlaybookError,
    Triage,
    check_playbook,
    load_playbook,
)
from triage_case_files import answers

TASKS = {"sentiment": ["negative", "neutral", "positive"], "troll": ["no", "yes"]}
LIKELY_TROLL = {"probability": "troll.yes", "least": "likely"}


def rule(identifier: str, when: list[Any], action: str = "person", priority: int = 1) -> dict:
    fields = {"id": identifier, "why": "Because.", "action": action, "priority": priority}
    return {**fields, "guidance": "unsure", "when": when}


def book(*rules: dict, **changes: Any) -> dict[str, Any]:
    kind = [{"label": "troll.yes"}]
    return {
        "schema_version": 1,
        "name": "small",
        "version": "1.0",
        "history_days": 30,
        "tasks": TASKS,
        "thresholds": {"likely": 0.5, "sure": 0.9},
        "signs": {"question": {"any": ["?"]}},
        "priorities": [{"meaning": "now", "target_hours": 1}, {"meaning": "never"}],
        "kinds": dict.fromkeys(("complaint", "praise", "troll", "resolved"), kind),
        "rules": list(rules),
        **changes,
    }


def findings(*rules: dict, **changes: Any) -> list[tuple[str, str]]:
    return [
        (one.kind, one.rule) for one in check_playbook(Playbook.from_dict(book(*rules, **changes)))
    ]


def test_the_playbook_that_comes_with_mentionlens_has_no_fault():
    playbook = load_playbook()
    assert check_playbook(playbook) == []
    assert playbook.rules[-1].conditions == ()
    assert playbook.rules[-1].action == "person"


@pytest.mark.parametrize("action", ["do_not_engage", "watch", "thank"])
def test_a_rule_that_would_silence_complaints_breaks_a_principle(action: str):
    text = resources.files("mentionlens.triage").joinpath("playbook.toml").read_text("utf-8")
    content = tomllib.loads(text)
    silencing = {**rule("hush", [{"flag": "long"}], action), "priority": 6}
    content["rules"].insert(8, silencing)
    found = check_playbook(Playbook.from_dict(content))
    assert ("principle", "hush") in [(one.kind, one.rule) for one in found]
    assert "may be a complaint" in str(found)


def test_a_lower_threshold_for_trolls_breaks_a_principle():
    text = resources.files("mentionlens.triage").joinpath("playbook.toml").read_text("utf-8")
    content = tomllib.loads(text)
    content["rules"].insert(0, {**rule("hush", [LIKELY_TROLL], "do_not_engage"), "priority": 6})
    assert "principle" in [one.kind for one in check_playbook(Playbook.from_dict(content))]


def test_an_earlier_rule_that_always_holds_is_a_conflict_or_redundant():
    wide, narrow = [LIKELY_TROLL], [{"probability": "troll.yes", "least": "sure"}]
    rest = rule("rest", [])
    assert findings(rule("a", wide, "watch"), rule("b", narrow), rest) == [("conflict", "b")]
    assert findings(rule("a", wide), rule("b", narrow), rest) == [("redundant", "b")]
    assert findings(rule("b", narrow, "watch"), rule("a", wide), rest) == []


def test_rules_that_together_leave_nothing_make_the_next_one_unreachable():
    low = [{"probability": "sentiment.negative", "below": 0.5}]
    high = [{"probability": "sentiment.negative", "least": 0.5}]
    middle = [{"probability": "sentiment.negative", "least": 0.2, "below": 0.8}]
    labelled = [{"label": "sentiment.negative"}]
    rules = [rule("a", low), rule("b", high), rule("c", middle), rule("d", labelled)]
    found = findings(*rules)
    assert ("unreachable", "c") in found
    assert ("unreachable", "d") not in found  # a file may hold a label and no probability


def test_conditions_that_exclude_another_are_unreachable():
    both = [{"sign": "question"}, {"sign": "question", "is": False}]
    assert findings(rule("a", both), rule("b", [])) == [("unreachable", "a")]
    sums = [{"probability": f"sentiment.{x}", "least": 0.4} for x in TASKS["sentiment"]]
    assert findings(rule("a", sums), rule("b", [])) == [("unreachable", "a")]
    loser = [{"label": "sentiment.positive"}, {"probability": "sentiment.negative", "least": 0.6}]
    assert findings(rule("a", loser), rule("b", [])) == [("unreachable", "a")]


def test_a_mention_that_meets_no_rule_is_a_gap_and_is_named():
    (found,) = check_playbook(Playbook.from_dict(book(rule("a", [LIKELY_TROLL]))))
    assert found.kind == "gap"
    assert "troll.yes below 0.5" in found.message
    # Where a playbook has a gap all the same, a person looks.
    labels, scores = answers([0.1, 0.8, 0.1], 0.1, {})
    triage = Triage(Playbook.from_dict(book(rule("a", [LIKELY_TROLL], "watch"))))
    decision = triage.decide(mention(labels, scores))
    assert (decision.action, decision.rule, decision.priority) == ("person", "none", 1)


FAULTS = [
    ({"schema_version": 2}, "schema_version: the playbook has version 2"),
    ({"extra": 1}, "extra: unknown field"),
    ({"history_days": 0}, "history_days: must be"),
    ({"priorities": []}, "priorities: expected one table"),
    ({"priorities": [{"meaning": "x", "target_hours": -1}]}, r"priorities\[0\].target_hours"),
    ({"signs": {"question": {"any": ["*"]}}}, r"signs.question.any: '\*' would be found"),
    ({"signs": {"question": {}}}, "signs.question: no words"),
    ({"kinds": {}}, "kinds.complaint: the field is missing"),
    ({"rules": [rule("a", []), rule("a", [])]}, r"rules\[1\].id: 'a' is taken"),
    ({"rules": [rule("a", [], "shout")]}, r"rules\[0\].action: there is no 'shout'; possible"),
    ({"rules": [rule("a", [], priority=3)]}, r"rules\[0\].priority: 3 is beyond the 2"),
    ({"principles": [{"why": "x", "never": "shout", "when": []}]}, r"principles\[0\].never"),
]
CONDITION_FAULTS = [
    ({}, "exactly one of"),
    ({"label": "troll.yes", "sign": "question"}, "exactly one of"),
    ({"label": "troll.maybe"}, "there is no 'troll.maybe'; possible are sentiment.negative"),
    ({"label": ["troll.yes", "sentiment.negative"]}, "labels of one task"),
    ({"label": "troll.yes", "is": "no"}, "is: expected true or false"),
    ({"probability": "mood.bad", "least": 0.5}, "there is no 'mood.bad'"),
    ({"probability": "troll.yes"}, "`least`, `below` or both"),
    ({"probability": "troll.yes", "least": 1.5}, "from 0 to 1"),
    ({"probability": "troll.yes", "least": 0.5, "below": 0.5}, "nothing is 0.5 or more"),
    ({"probability": "troll.yes", "least": "huge"}, "there is no 'huge'; possible are likely"),
    ({"number": "author.shoes", "least": 1}, "there is no 'author.shoes'; possible are age_hours"),
    ({"sign": "anger"}, "there is no 'anger'; possible are question"),
    ({"state": "asleep"}, "there is no 'asleep'; possible are answered"),
    ({"any": []}, "expected one table"),
    ({"any": [{"any": [{"state": "scored"}]}]}, "inside an `any`"),
    ({"flag": "long", "least": 1}, "least: unknown field"),
    (5, "expected an object"),
]


@pytest.mark.parametrize(("changes", "message"), FAULTS)
def test_a_fault_is_named_with_its_place(changes: dict[str, Any], message: str):
    with pytest.raises(PlaybookError, match=message) as caught:
        Playbook.from_dict(book(rule("a", []), **changes), "mine.toml")
    assert str(caught.value).startswith("mine.toml: ")


@pytest.mark.parametrize(("condition", "message"), CONDITION_FAULTS)
def test_a_condition_that_is_none_is_named_with_its_place(condition: Any, message: str):
    with pytest.raises(PlaybookError, match=message) as caught:
        Playbook.from_dict(book(rule("a", [condition])))
    assert "rules[0].when[0]" in str(caught.value)


def test_kinds_are_not_made_of_history():
    kinds = book()["kinds"] | {"troll": [{"number": "author.earlier_trolls", "least": 1}]}
    with pytest.raises(PlaybookError, match=r"kinds.troll\[0\].number: there is no"):
        Playbook.from_dict(book(rule("a", []), kinds=kinds))


def test_guidance_that_is_not_there_is_refused_before_the_first_mention():
    with pytest.raises(GuidanceError, match="no guidance 'sing'; possible are"):
        Triage(Playbook.from_dict(book({**rule("a", []), "guidance": ["unsure", "sing"]})))
    with pytest.raises(GuidanceError, match="no guidance in 'xx'; possible are bg, en"):
        Triage(guidance_language="xx")


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"= 1", b"[[rules]]", b"a = " + b"[" * 9999])
def test_a_file_that_is_no_playbook_is_an_error_with_its_name(tmp_path, content: bytes):
    path = tmp_path / "mine.toml"
    path.write_bytes(content)
    with pytest.raises(PlaybookError, match=r"mine\.toml: "):
        load_playbook(path)
    with pytest.raises(PlaybookError, match=r"nowhere\.toml: "):
        load_playbook(tmp_path / "nowhere.toml")


TOML_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from([*book(), "when", "label", "least"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(max_examples=150)
@given(field=st.sampled_from([*book(), "rules"]), value=TOML_VALUES)
def test_whatever_stands_in_a_playbook_it_is_read_or_refused_by_name(field: str, value: Any):
    try:
        playbook = Playbook.from_dict(book(rule("a", []), **{field: value}))
    except PlaybookError as error:
        assert str(error).startswith("playbook: ")
    else:
        assert playbook.rules


# ---- the checker against mentions at random ----

LEVELS = (0.2, 0.34, 0.5, 0.7)
BOUNDS = st.one_of(
    st.sampled_from(LEVELS).map(lambda x: {"least": x}),
    st.sampled_from(LEVELS).map(lambda x: {"below": x}),
)
LABELS = [f"{task}.{label}" for task, labels in TASKS.items() for label in labels]
SIMPLE = st.one_of(
    st.builds(
        lambda label, others, bounds: {"probability": ("not " if others else "") + label, **bounds},
        st.sampled_from(LABELS),
        st.booleans(),
        BOUNDS,
    ),
    st.builds(lambda x, y: {"label": x, "is": y}, st.sampled_from(LABELS), st.booleans()),
    st.builds(lambda x: {"flag": "long", "is": x}, st.booleans()),
    st.builds(lambda x: {"sign": "question", "is": x}, st.booleans()),
    st.builds(lambda x: {"state": "scored", "is": x}, st.booleans()),
    st.builds(lambda x: {"lang": "pl", "is": x}, st.booleans()),
    st.builds(lambda bounds: {"number": "reach", **bounds}, BOUNDS),
)
CONDITION = SIMPLE | st.lists(SIMPLE, min_size=1, max_size=2).map(lambda some: {"any": some})
RULES = st.lists(st.lists(CONDITION, max_size=2), min_size=1, max_size=5)
GRID = [x / 20 for x in range(21)]


@st.composite
def mentions(draw: st.DrawFn) -> ScoredMention:
    if draw(st.integers(0, 6)) == 0:
        return mention({}, {}, draw)
    negative = draw(st.sampled_from(GRID))
    neutral = draw(st.sampled_from([x for x in GRID if x + negative <= 1.0]))
    sentiment = [negative, neutral, round(1.0 - negative - neutral, 9)]
    labels, scores = answers(sentiment, draw(st.sampled_from(GRID)), {})
    if draw(st.booleans()):
        scores = {task: {labels[task]: scores[task][labels[task]]} for task in TASKS}
    return mention(
        {task: labels[task] for task in TASKS}, {task: scores[task] for task in TASKS}, draw
    )


def mention(labels: Any, scores: Any, draw: st.DrawFn | None = None) -> ScoredMention:
    def of(*values: Any) -> Any:
        return values[0] if draw is None else draw(st.sampled_from(values))

    return ScoredMention(
        id="1",
        text=of("Yes.", "Yes?"),
        lang=of(None, "pl", "ro"),
        labels=labels,
        probabilities=scores,
        flags=of((), ("long",)),
        brand="",
        author=None,
        thread=None,
        time=None,
        replied_at=None,
        reach=of(None, 0.1, 0.34, 0.6, 3.0),
    )


@settings(max_examples=200)
@given(rules=RULES, some=st.lists(mentions(), min_size=5, max_size=12))
@example(rules=[[{"label": "troll.yes"}], [{"label": "troll.no"}]], some=[mention({}, {})])
def test_what_the_checker_proves_holds_for_any_mention(rules: Any, some: list[ScoredMention]):
    playbook = Playbook.from_dict(book(*(rule(f"r{n}", when) for n, when in enumerate(rules))))
    found = check_playbook(playbook)
    dead = {one.rule for one in found if one.kind in ("conflict", "redundant", "unreachable")}
    covered = not any(one.kind in ("gap", "undecided") for one in found)
    triage = Triage(playbook)
    for one in some:
        decided = triage.decide(one).rule
        assert decided not in dead
        assert decided != "none" or not covered
