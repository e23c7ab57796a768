from __future__ import annotations

import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mentionlens_data.augmentation import applies, augment, augmentations
from mentionlens_data.errors import AugmentationError
from mentionlens_data.languages import target_languages

NAMES = sorted(augmentations())
LANGUAGES = [language.code for language in target_languages()]
ADDRESSES = (
    "@Kurier_24",
    "https://example.org/ścieżka?a=Я",
    "www.example.org/Ą",
    "ą.b@example.org",
)

# Anything at all, and texts that look like mentions: letters, marks, faces, addresses.
pieces = st.sampled_from(
    [
        *(
            "Źle!",
            "Nie.",
            "super",
            "дуже",
            "Очень",
            "ЩЕ",
            "София",
            "ljubav",
            "Đak",
            "ñandú",
            "Größe",
        ),
        *(
            " ",
            " ",
            " ",
            ", ",
            "...",
            "? ",
            "\n",
            "#жалоба",
            "12,50",
            ":)",
            "xD",
            "😡😡",
            "❤️",
            "❤️‍🔥",
        ),
        *("e\u0301", "\u0301", "и\u0306", "İ", "ΐ", "ﬃ", "\ud800", "\0", "'", "’", "-", *ADDRESSES),
    ]
)
texts = st.text() | st.lists(pieces, max_size=12).map("".join)
seeds = st.integers(0, 1000)


@given(texts, st.sampled_from([*LANGUAGES, "und", "zz"]), st.sampled_from(NAMES), seeds)
def test_any_text_comes_back_as_a_text_of_its_own_size(
    text: str, lang: str, name: str, seed: int
) -> None:
    changed = augment(text, lang, name, seed=seed, key="k")
    assert len(changed) <= 2 * len(text)
    assert bool(changed.strip()) == bool(text.strip())
    assert changed == augment(text, lang, name, seed=seed, key="k")
    if not applies(name, lang):
        assert changed == text


@pytest.mark.parametrize("name", sorted(set(NAMES) - {"drop_handles", "drop_links"}))
@settings(max_examples=30)
@given(st.lists(pieces, max_size=6), st.sampled_from(ADDRESSES), st.sampled_from(LANGUAGES), seeds)
def test_addresses_are_not_touched(
    name: str, before: list[str], address: str, lang: str, seed: int
) -> None:
    text = f"{''.join(before)} {address} ok"
    changed = augment(text, lang, name, seed=seed, key="k")
    assert re.search(rf"(?:^|\s){re.escape(address)}(?:\s|$)", changed)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_augmentation_has_an_effect_in_its_languages(name: str, lang: str) -> None:
    latin = "Źle, đak! ŠUPER dobrý muñeca tschüß élève città coração așa :) 🙂 @a https://b.c"
    cyrillic = "Дуже погано, очень много! Још :) 🙂 @a https://b.c"
    changed = [augment(text, lang, name, seed=1, key="k") != text for text in (latin, cyrillic)]
    assert any(changed) == applies(name, lang)


def test_seed_key_and_text_each_matter() -> None:
    text = "Паратка закъснява вече цяла седмица, жалко за хубавия магазин"

    def variants(**by: list[object]) -> set[str]:
        ((field, values),) = by.items()
        given_ = [{"seed": 0, "key": "a", field: value} for value in values]
        return {augment(text, "bg", "bg_latin_informal", **g) for g in given_}  # type: ignore[arg-type]

    assert len(variants(seed=list(range(20)))) > 5
    assert len(variants(key=[str(i) for i in range(20)])) > 5


def test_the_result_is_the_same_in_another_process() -> None:
    code = (
        "from mentionlens_data.augmentation import augment, augmentations\n"
        "t = 'Още чакам, zażółć gęślą jaźń dobrze! 😡 :) @a'\n"
        "print([augment(t, l, n, seed=3, key='k') for n in augmentations() for l in ('bg', 'pl')])"
    )
    runs = {
        subprocess.run(
            [sys.executable, "-c", code],
            env={"PYTHONHASHSEED": hash_seed, "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert len(runs) == 1


@pytest.mark.parametrize(
    ("name", "lang", "text", "expected"),
    [
        # Drawn once and written down: another machine or Python must give the same.
        ("bg_latin_informal", "bg", "Още чакам шофьора", "O6te 4akam 6ofyora"),
        (
            "ru_latin_informal",
            "ru",
            "Ещё жду ответа, очень плохо",
            "Eschyo zhdu otveta, ochen ploxo",
        ),
        ("typos", "pl", "Paczka miała być w piątek", "Paczka miłaa być w piątek"),
        ("caps_lock_word", "en", "The parcel never arrived", "The PARCEL never arrived"),
    ],
)
def test_draws_never_change(name: str, lang: str, text: str, expected: str) -> None:
    assert augment(text, lang, name, seed=13, key="1") == expected


def test_an_unknown_name_says_what_is_possible() -> None:
    with pytest.raises(AugmentationError, match=r"no augmentation 'shout'; possible: .*upper_case"):
        augment("x", "pl", "shout", seed=0, key="")
    with pytest.raises(AugmentationError, match="shout"):
        applies("shout", "pl")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "unit", ["a", "щ", "@a", "a.", "https://", "😂", "))", "e\u0301", "a'", "RT "]
)
def test_long_texts_take_no_more_than_linear_time(name: str, unit: str) -> None:
    # Quadratic time would be minutes here, not a moment.
    text = unit * (30_000 // len(unit))
    for lang in ("bg", "sr", "ru"):
        augment(text, lang, name, seed=0, key="")
