from __future__ import annotations

import dataclasses

import pytest
from mentionlens_data.augmentation import augment_some, variant
from mentionlens_data.errors import AugmentationError
from mentionlens_data.schema import LabelledMention

LABELS = {"sentiment": "negative", "troll": "no"}


def mention(
    number: int, lang: str = "pl", text: str = "Źle, przesyłka się spóźnia!"
) -> LabelledMention:
    return LabelledMention(f"s/{number}", text, lang, "s", "train", str(number), LABELS, 0.5)


ROWS = [mention(i) for i in range(2000)]


def changed(before: list[LabelledMention], after: list[LabelledMention]) -> set[str]:
    return {a.id for a, b in zip(before, after, strict=True) if a.text != b.text}


def test_a_share_of_the_rows_changes_and_only_in_its_text() -> None:
    rows = augment_some(ROWS, {"upper_case": 0.2, "strip_diacritics": 0.1}, seed=1)
    upper = sum(row.text.isupper() for row in rows)
    plain = sum(row.text == "Zle, przesylka sie spoznia!" for row in rows)
    assert upper / 2000 == pytest.approx(0.2, abs=0.03)
    assert plain / 2000 == pytest.approx(0.1, abs=0.03)
    # One at most: no row is both.
    assert not any(row.text == "ZLE, PRZESYLKA SIE SPOZNIA!" for row in rows)
    assert [dataclasses.replace(row, text="") for row in rows] == [
        dataclasses.replace(row, text="") for row in ROWS
    ]


def test_a_share_counts_in_the_languages_of_the_augmentation() -> None:
    rows = [mention(i, lang, "Още чакам") for i in range(1000) for lang in ("bg", "ru")]
    augmented = augment_some(rows, {"bg_latin_official": 0.5}, seed=1)
    latin = [row for row in augmented if row.text == "Oshte chakam"]
    assert {row.lang for row in latin} == {"bg"}
    assert len(latin) == pytest.approx(500, abs=60)


def test_seed_epoch_and_repeats_draw_anew_and_neighbours_do_not_matter() -> None:
    shares = {"typos": 0.5}
    first = augment_some(ROWS, shares, seed=1)
    assert first == augment_some(ROWS, shares, seed=1)
    assert first[7:9] == augment_some(ROWS[7:9], shares, seed=1)
    ids = changed(ROWS, first)
    for other in (
        augment_some(ROWS, shares, seed=2),
        augment_some(ROWS, shares, seed=1, epoch=1),
        augment_some(ROWS + ROWS, shares, seed=1)[2000:],
    ):
        assert 0.2 < len(changed(ROWS, other) & ids) / len(ids) < 0.8


def test_no_shares_no_change() -> None:
    assert augment_some(ROWS, {}, seed=1) == ROWS
    assert augment_some(ROWS, {"upper_case": 0.0}, seed=1) == ROWS
    assert changed(ROWS, augment_some(ROWS, {"upper_case": 1.0}, seed=1)) == {r.id for r in ROWS}


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(AugmentationError, match="shout"):
        augment_some(ROWS, {"shout": 0.1}, seed=1)


def test_a_variant_applies_one_after_the_other() -> None:
    rows = [mention(1), mention(2, text="ok")]
    made = list(variant(rows, ["strip_diacritics", "lower_case"], seed=1))
    assert [row.text for row, _ in made] == ["zle, przesylka sie spoznia!", "ok"]
    assert [is_changed for _, is_changed in made] == [True, False]
    assert all(row.labels == LABELS for row, _ in made)
