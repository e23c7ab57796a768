from __future__ import annotations

import re
import tomllib
from importlib import resources

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_data.augmentation import augment
from mentionlens_data.augmentation.emoticons import EMOTICON

GROUPS = tomllib.loads(
    (resources.files("mentionlens_data.augmentation") / "tables" / "emoticons.toml").read_text(
        "utf-8"
    )
)["group"]


def to_emoticon(text: str, lang: str = "pl", seed: int = 0) -> str:
    return augment(text, lang, "emoji_to_emoticon", seed=seed, key="")


def to_emoji(text: str, lang: str = "pl", seed: int = 0) -> str:
    return augment(text, lang, "emoticon_to_emoji", seed=seed, key="")


def test_no_sign_stands_for_two_feelings() -> None:
    for field in ("emoji", "emoticons"):
        signs = [sign for group in GROUPS for sign in group[field]]
        assert len(signs) == len(set(signs))


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group["feeling"])
def test_the_feeling_survives_there_and_back(group: dict[str, list[str]]) -> None:
    for emoji in group["emoji"]:
        for seed in range(8):
            text = f"no cóż {emoji}"
            emoticon = to_emoticon(text, seed=seed)
            assert emoticon.removeprefix("no cóż ") in group["emoticons"]
            back = to_emoji(emoticon, seed=seed).removeprefix("no cóż ").rstrip("\ufe0f")
            assert back in group["emoji"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("super😡", r"super (:@|>:\()"),
        ("ok 😂😂😂 no", r"ok (xDDD|XDDD|:DDD|:-DDD) no"),
        ("ok ❤️❤️❤️", "ok <3 <3"),
        ("ok🙂dobrze", r"ok (:\)|:-\)|=\)) dobrze"),
        ("ok 💔.", "ok </3."),
        ("nieznane 🦄 i 👍🏽", "nieznane 🦄 i 👍🏽"),
        ("w ogniu ❤️‍🔥", "w ogniu ❤️‍🔥"),
    ],
)
def test_emoji_become_emoticons(text: str, expected: str) -> None:
    for seed in range(10):
        assert re.fullmatch(expected, to_emoticon(text, seed=seed))


@pytest.mark.parametrize(
    "text",
    [
        *("https://a.pl/:)x", "o 10:30", "cena:5", "a:b", "6:Deszcz", "w:(nawias", "maxD", "1<3kg"),
        *("lista: a) b)", "(tak)", "((x))"),
    ],
)
def test_what_only_looks_like_an_emoticon_stays(text: str) -> None:
    assert to_emoji(text) == text
    assert to_emoji(text, "ru") == text


@pytest.mark.parametrize(
    "text", ["super :)))", "super:)", "super :D", "haha xDDD", "i <3", "no :-*"]
)
def test_emoticons_become_emoji(text: str) -> None:
    result = to_emoji(text)
    assert not re.search(EMOTICON, result)
    assert result != text


def test_bare_brackets_are_smiles_in_russian_and_ukrainian() -> None:
    assert to_emoji("спасибо)))", "ru") in {f"спасибо {e}" for e in ("🙂", "😊", "😀")}
    assert to_emoji("ну вот((", "uk") in {f"ну вот {e}" for e in ("🙁", "😞", "☹️")}
    assert to_emoji("dzięki)))", "pl") == "dzięki)))"
    assert "спасибо)))" in {to_emoticon("спасибо🙂🙂🙂", "ru", seed) for seed in range(20)}


@given(st.text())
def test_every_other_character_survives(text: str) -> None:
    signs = {c for group in GROUPS for emoji in group["emoji"] for c in emoji} | {"\ufe0f", " "}
    faces = set("".join(e for group in GROUPS for e in group["emoticons"])) | signs
    kept = [c for c in text if c not in faces]
    assert [c for c in to_emoticon(text) if c not in faces] == kept
    assert [c for c in to_emoji(text) if c not in faces] == kept
