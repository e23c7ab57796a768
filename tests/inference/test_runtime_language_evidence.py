"""What is not in a covered language is noticed by its script or its words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens import MentionClassifier
from mentionlens.language_evidence import LanguageEvidence

COVERED = ("pl", "ro", "ru", "es", "bg", "en", "uk", "sr", "de", "fr", "it", "pt")
EVIDENCE = LanguageEvidence(COVERED)


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Het pakket is nog niet aangekomen en niemand geeft antwoord", "nl"),
        ("Paketet har inte kommit och jag får inget svar från er", "sv"),
        ("A csomag még nem jött meg, és senki nem válaszol", "hu"),
        ("Paket hâlâ gelmedi ve kimse cevap vermiyor, bu ne kadar daha sürecek", "tr"),
        ("Το δέμα δεν έφτασε ακόμα", "el"),
        ("החבילה עדיין לא הגיעה", "he"),
        ("荷物がまだ届きません", "ja"),
        ("包裹还没到，没有人回复", "zh"),
        ("택배가 아직 안 왔어요", "ko"),
        ("พัสดุยังไม่มาเลย", "th"),
        ("الطرد لم يصل بعد", "ar"),
    ],
)
def test_another_language_is_named(text: str, lang: str) -> None:
    assert EVIDENCE.foreign(text) == lang


@pytest.mark.parametrize(
    "text",
    [
        "Paczka miała być w piątek, jest środa i cisza.",
        "Paczka nie doszla, od tygodnia cisza i nikt nie odpisuje",
        "Coletul nu a ajuns si nu raspunde nimeni",
        "strahotni ste, blagodarq za burzata dostavka",
        "posylka tak i ne prishla, skolko mozhno zhdat",
        "Der Vertrag wurde in Den Haag geschlossen",
        "Купил телефон Samsung в Αθήνα, всё ок",
        "ok",
        "😡😡😡",
        "",
    ],
)
def test_what_is_covered_or_unclear_is_left_alone(text: str) -> None:
    assert EVIDENCE.foreign(text) is None


def test_what_a_bundle_covers_decides() -> None:
    text = "Het pakket is nog niet aangekomen en niemand geeft antwoord"
    assert LanguageEvidence((*COVERED, "nl")).foreign(text) is None
    arabic = "الطرد لم يصل بعد"
    assert LanguageEvidence((*COVERED, "ar")).foreign(arabic) is None


@given(st.text(max_size=2000))
def test_it_takes_any_text(text: str) -> None:
    found = EVIDENCE.foreign(text)
    assert found is None or found not in COVERED


def test_an_answer_carries_the_flag_unless_the_caller_knows_better(tiny_bundle: Path) -> None:
    classifier = MentionClassifier(tiny_bundle)
    text = "A csomag még nem jött meg, és senki nem válaszol"
    assert "unsupported_language:hu" in classifier.predict(text).flags
    told = classifier.predict({"text": text, "lang": "pl"}).flags
    assert not any(flag.startswith("unsupported_language") for flag in told)
