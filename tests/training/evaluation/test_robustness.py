"""Robustness counts changed decisions on changed texts, each text answered once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens import MentionClassifier, Prediction, TaskPrediction
from mentionlens.manifest import Manifest
from mentionlens_data.augmentation import applies, augment, augmentations
from mentionlens_data.schema import LabelledMention
from mentionlens_training.evaluation.measures.slices import LEAST_ROWS
from mentionlens_training.evaluation.robustness import draw_balanced, measure_robustness
from mentionlens_training.evaluation.schema import Robustness, Settings
from scripted import manifest, row

TASKS = ("sentiment", "troll")


class Shouting:
    """Answers `positive`, but `negative` to a text in capitals; never a troll."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()

    @property
    def manifest(self) -> Manifest:
        return manifest()

    def predict_iter(
        self, mentions: Iterable[str], /, batch_size: int = 64
    ) -> Iterator[Prediction]:
        for text in mentions:
            self.seen[text] += 1
            label = "negative" if text.isupper() else "positive"
            answers = {"sentiment": label, "troll": "no"}
            yield Prediction(
                text,
                {
                    task.name: TaskPrediction(
                        answers[task.name],
                        1.0,
                        {x: float(x == answers[task.name]) for x in task.labels},
                    )
                    for task in self.manifest.tasks
                },
            )


def rows(number: int = 20, lang: str = "pl") -> list[LabelledMention]:
    """Return rows of which half are labelled, in turn positive and negative, two in capitals."""
    found = []
    for i in range(number):
        text = f"Paczka numer {i} przyszła na czas, dziękuję"
        labels = {"sentiment": ("positive", "negative")[i % 4 == 0]} if i % 2 == 0 else {}
        found.append(row(i, lang, text.upper() if i < 2 else text, troll="no", **labels))
    return found


def named(found: Iterable[Robustness]) -> dict[str, Robustness]:
    return {item.augmentation: item for item in found}


def test_changed_decisions_and_lost_f1_by_hand() -> None:
    found = named(measure_robustness(Shouting(), rows())["pl"])
    sentiment, troll = found["upper_case"].tasks
    assert found["upper_case"].description == "all capitals"
    # The two rows that stand in capitals do not change; every other one does, and its answer too.
    assert (sentiment.task, sentiment.rows, sentiment.labelled) == ("sentiment", 18, 9)
    assert sentiment.changed.value == 1
    assert sentiment.changed.low == pytest.approx(18 / (18 + 1.96**2), abs=1e-4)
    # Rows 2, 4, ... 18; negative are 4, 8, 12, 16. All `positive`: F1 of 2*5/(5+9) and 0.
    assert sentiment.macro_f1_before == pytest.approx((10 / 14) / 2, abs=1e-4)
    assert sentiment.macro_f1_after == pytest.approx((8 / 13) / 2, abs=1e-4)
    assert (troll.rows, troll.labelled) == (18, 18)
    assert (troll.changed.value, troll.changed.low) == (0, 0)
    assert troll.changed.high is not None and 0 < troll.changed.high < 0.2
    assert (troll.macro_f1_before, troll.macro_f1_after) == (1, 1)


def test_a_task_without_labels_has_changes_but_no_f1() -> None:
    unlabelled = [row(i, "pl", f"Paczka numer {i} jest tu", troll="no") for i in range(12)]
    sentiment = named(measure_robustness(Shouting(), unlabelled)["pl"])["upper_case"].tasks[0]
    assert (sentiment.rows, sentiment.changed.value, sentiment.labelled) == (12, 1, 0)
    assert sentiment.macro_f1_before is sentiment.macro_f1_after is None


def test_every_text_is_answered_once() -> None:
    classifier = Shouting()
    twice = rows() + [row(f"again/{item.id}", "pl", item.text, troll="no") for item in rows()]
    measure_robustness(classifier, twice)
    assert set(classifier.seen.values()) == {1}


def test_augmentations_are_those_of_the_language() -> None:
    polish = rows(30)
    bulgarian = [row(i, "bg", f"Пратката номер {i} дойде навреме", troll="no") for i in range(30)]
    said: list[str] = []
    found = measure_robustness(Shouting(), polish + bulgarian, progress=said.append)
    assert list(found) == ["pl", "bg"]
    assert "strip_diacritics" in named(found["pl"])
    assert "bg_latin_informal" not in named(found["pl"])
    assert "bg_latin_informal" in named(found["bg"])
    # No text has an emoji or a link, so there is nothing to say of those.
    assert not named(found["pl"]).keys() & {"emoji_to_emoticon", "drop_links", "drop_handles"}
    order = list(augmentations())
    for items in found.values():
        names = [item.augmentation for item in items]
        assert names == sorted(names, key=order.index)
    assert [line.split(":")[0] for line in said] == ["robustness of pl", "robustness of bg"]


def test_few_changed_rows_say_nothing() -> None:
    assert measure_robustness(Shouting(), rows(LEAST_ROWS - 1)) == {"pl": ()}
    assert measure_robustness(Shouting(), []) == {}


def test_rows_without_a_task_of_the_model_do_not_count() -> None:
    foreign = [row(i, "pl", f"Tekst {i} o czym innym", topic="x") for i in range(30)]
    assert measure_robustness(Shouting(), foreign) == {}


def test_the_order_of_rows_is_nothing_and_the_seed_is_something() -> None:
    many = rows(200)
    shuffled = random.Random(1).sample(many, len(many))
    first = measure_robustness(Shouting(), many, most=40)
    assert first == measure_robustness(Shouting(), shuffled, most=40)
    assert first["pl"][0].tasks[0].rows <= 40
    seeds = [draw_balanced(many, TASKS, 40, seed) for seed in (1, 2)]
    assert seeds[0] != seeds[1]
    with pytest.raises(ValueError, match="1 or more rows"):
        measure_robustness(Shouting(), many, most=0)


def test_a_real_classifier_is_measured(committed_bundle: object) -> None:
    classifier = MentionClassifier(str(committed_bundle), threads=1)
    texts = [f"Paczka {i} nie przyszła, gdzie są moje pieniądze?!" for i in range(15)]
    polish = [row(i, "pl", text, sentiment="negative") for i, text in enumerate(texts)]
    found = named(measure_robustness(classifier, polish, Settings(seed=3))["pl"])
    after = [
        classifier.predict(augment(r.text, "pl", "typos", seed=3, key=r.id)).sentiment.label
        for r in polish
    ]
    before = [classifier.predict(r.text).sentiment.label for r in polish]
    flips = sum(a != b for a, b in zip(after, before, strict=True))
    result = found["typos"].tasks[0]
    assert result.changed.value == pytest.approx(flips / result.rows, abs=1e-4)
    assert all(applies(name, "pl") for name in found)


@given(
    st.lists(st.sampled_from([("sentiment",), ("troll",), TASKS]), max_size=60),
    st.integers(1, 40),
    st.integers(0, 3),
)
def test_draws_are_balanced(labelled: list[tuple[str, ...]], most: int, seed: int) -> None:
    candidates = [
        row(i, "pl", f"tekst {i}", **dict.fromkeys(tasks, "no")) for i, tasks in enumerate(labelled)
    ]
    chosen = draw_balanced(candidates, TASKS, most, seed)
    assert len(chosen) == len({item.id for item in chosen}) == min(most, len(candidates))
    counts = Counter(task for item in chosen for task in item.labels)
    # Where one task has fewer than the other, that is all that there are.
    less, more = sorted(TASKS, key=lambda task: counts[task])
    if counts[less] < counts[more] - 1:
        assert all(item in chosen for item in candidates if less in item.labels)
