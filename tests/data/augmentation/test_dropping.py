from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_data.augmentation import augment


def dropped(text: str, what: str, lang: str = "pl") -> str:
    return augment(text, lang, f"drop_{what}", seed=0, key="")


@pytest.mark.parametrize(
    ("lang", "text", "expected"),
    [
        (
            "pl",
            "Źle! Paczka miała być w piątek, jest środa...",
            "Źle Paczka miała być w piątek jest środa",
        ),
        ("pl", "Nie. Polecam", "Nie. Polecam"),
        ("bg", "Не, добре е. Да", "Не, добре е Да"),
        ("es", "No, es bueno. ¡Gracias!", "No, es bueno Gracias"),
        ("en", "I don't. Love it, really.", "I don't. Love it really"),
        ("fr", "Non ! Bien , merci !", "Non ! Bien merci"),
        ("es", "No ... bueno ...", "No ... bueno"),
        ("pl", "Nie - polecam - brawo", "Nie - polecam brawo"),
        ("pl", "Gdzie paczka? Czekam.", "Gdzie paczka? Czekam"),
        ("pl", 'Co za "pomoc".', 'Co za "pomoc"'),
        ("pl", "super :) ok, xD. ;-(", "super :) ok xD ;-("),
        ("pl", "12,50 zł o 10:30, e-mail.", "12,50 zł o 10:30 e-mail"),
        ("ru", "Сервис — ужас, т.е. плохо", "Сервис ужас т.е плохо"),
        ("pl", "dobrze,polecam...serio", "dobrze polecam serio"),
        ("pl", "https://a.pl/x,y. @firma, #tag!", "https://a.pl/x,y. @firma #tag"),
    ],
)
def test_punctuation(lang: str, text: str, expected: str) -> None:
    assert dropped(text, "punctuation", lang) == expected


@given(st.text())
def test_punctuation_takes_no_letter_and_no_question(text: str) -> None:
    result = dropped(text, "punctuation")
    gone = set(".,;:!…¡¿-–— \t\n\r\x0b\x0c\x1c\x1d\x1e\x1f\x85\xa0\u2028\u2029")
    gone |= {c for c in text if c.isspace()}
    assert [c for c in result if c not in gone] == [c for c in text if c not in gone]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@firma gdzie paczka?", "gdzie paczka?"),
        ("Dzięki @firma za pomoc", "Dzięki za pomoc"),
        ("RT @ktoś: dobra obsługa", "dobra obsługa"),
        (".@firma @druga_firma, czekam", "czekam"),
        ("@Жоро жалко", "жалко"),
        ("pisz na a@b.pl", "pisz na a@b.pl"),
        ("@firma", "@firma"),
    ],
)
def test_handles(text: str, expected: str) -> None:
    assert dropped(text, "handles") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zobacz https://a.pl/b?c=d teraz", "Zobacz teraz"),
        ("HTTP://A.PL czekam", "czekam"),
        ("czekam www.a.pl", "czekam"),
        ("t.co/abc czekam http", "czekam"),
        ("https://a.pl", "https://a.pl"),
    ],
)
def test_links(text: str, expected: str) -> None:
    assert dropped(text, "links") == expected
