"""Texts that were typed in Latin letters, read back into Cyrillic with the packaged tokenizer."""

import json
import time
from pathlib import Path

import mentionlens
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mentionlens import Bundle, BundleFormatError
from mentionlens.romanization import RomanizationReader, romanized_languages
from mentionlens.tokenization import TextEncoder
from mentionlens.unigram_words import UnigramWords
from tiny_bundle import copy_tiny_bundle, edit_manifest, replace_file
from tokenizers import Tokenizer

PACKAGED = Path(mentionlens.__file__).parent / "default_bundle"
LANGUAGES = ("bg", "ru", "uk")


@pytest.fixture(scope="module")
def tokenizer():
    return Tokenizer.from_file(str(PACKAGED / "tokenizer.json"))


@pytest.fixture(scope="module")
def reader(tokenizer):
    return RomanizationReader(tokenizer, LANGUAGES)


@pytest.mark.parametrize(
    ("lang", "latin", "cyrillic"),
    [
        # The same words by different hands.
        (
            "bg",
            "nikoi ne se obajda, 4akam vtora sedmica i parite gi nqma",
            "никой не се обажда, чакам втора седмица и парите ги няма",
        ),
        (
            "bg",
            "nikoy ne se obazhda, chakam vtora sedmitsa i parite gi nyama",
            "никой не се обажда, чакам втора седмица и парите ги няма",
        ),
        (
            "ru",
            "Pochemu nikto ne otvechaet? Ya uzhe oplatil dostavku",
            "Почему никто не отвечает? Я уже оплатил доставку",
        ),
        (
            "ru",
            "pochemu nikto ne otvechajet, ja uzhe oplatil dostavku",
            "почему никто не отвечает, я уже оплатил доставку",
        ),
        (
            "uk",
            "Dyakuyu, duzhe shvydka dostavka, vse pratsyuye",
            "Дякую, дуже швидка доставка, все працює",
        ),
    ],
)
def test_a_romanized_mention_is_read_back(reader, lang, latin, cyrillic):
    assert reader.read(latin, lang) == (lang, cyrillic)
    # Where nobody names it, a neighbour may stand for a language that writes the words alike.
    unnamed = reader.read(latin)
    assert unnamed is not None
    assert unnamed.text == cyrillic


@pytest.mark.parametrize(
    "text",
    [
        "The courier never came and nobody answers the phone",
        "Paczka miala byc w piatek a dalej jej nie ma",
        "Nu mi-a venit coletul de doua saptamani si nu raspunde nimeni",
        "El repartidor no vino y nadie contesta el telefono",
        "Paket kasni vec dva tjedna i nitko se ne javlja",
        "Das Paket kam nie an und niemand geht ans Telefon",
        "Le colis n'est jamais venu et personne ne repond",
        "O entregador nunca veio e ninguem responde",
    ],
)
def test_languages_of_the_latin_script_stay(reader, text):
    assert reader.read(text) is None


def test_a_named_language_decides(reader):
    few = "mnogo dobre"
    assert reader.read(few) is None
    assert reader.read(few, "bg") == ("bg", "много добре")
    romanized = "Gde moya posylka? Zhdu uzhe tretyu nedelyu"
    assert reader.read(romanized, "ru") is not None
    assert reader.read(romanized, "hr") is None


def test_handles_links_and_brands_stay_as_they_are(reader):
    found = reader.read(
        "@user kupih Samsung Galaxy ot vas i batariyata ne raboti http #boykot pishi@shop.bg", "bg"
    )
    assert found is not None
    for kept in ("@user", "http", "#boykot", "pishi@shop.bg", "Samsung"):
        assert kept in found.text
    assert "не работи" in found.text


def test_the_case_of_a_word_is_kept(reader):
    found = reader.read("NE RABOTI nishto, Parite mi vurnete")
    assert found is not None
    assert found.text.startswith("НЕ РАБОТИ нищо, Парите ми")


def test_a_text_with_other_letters_is_left_alone(reader):
    assert reader.read("чакам kuriera vtora sedmica") is None
    assert reader.read("žena čaka kuriera vtora sedmica", "bg") is None


@settings(max_examples=200, deadline=None)
@given(
    st.text(alphabet=st.characters(max_codepoint=0x7F), max_size=200), st.sampled_from(LANGUAGES)
)
def test_only_letters_and_what_stands_for_them_change(reader, text, lang):
    found = reader.read(text, lang)
    if found is not None:
        assert found.lang == lang
        # Nothing but words is touched.
        left = [c for c in text if not (c.isalpha() or c in "46'")]
        assert left == [c for c in found.text if not (c.isalpha() or c in "46'")]
        # A second reading has nothing left to do, or only what stayed for a foreign word.
        again = reader.read(found.text, lang)
        assert again is None or again.text == found.text


def test_the_time_is_linear(reader):
    def seconds(text):
        start = time.perf_counter()
        reader.read(text, "bg")
        return time.perf_counter() - start

    for text in ("a" * 100_000, "4'" * 50_000, "a." * 50_000, "sh 4e " * 16_000):
        seconds(text[:1000])
        assert seconds(text) < 2.0


def test_nothing_is_read_back_where_no_language_is_named(tokenizer):
    assert RomanizationReader(tokenizer, ()).read("4akam vtora sedmica za kuriera") is None


def test_every_language_has_likely_words(tokenizer):
    assert set(romanized_languages()) == set(LANGUAGES)
    words = UnigramWords(tokenizer, "абвгдежзийклмнопрстуфхцчшщъьюя")
    options = {"d": {"д": 0.0}, "a": {"а": 0.0, "ъ": -1.0}, "n": {"н": 0.0}}
    assert words.likeliest("da", options)[0] == "да"
    word, score = words.likeliest("dan", options)
    assert score == pytest.approx(words.log_probability(word), abs=1e-4)
    assert words.likeliest("dx", options) == ("dx", float("-inf"))


@pytest.fixture
def bundle(tmp_path):
    """A bundle that reads back, with the packaged tokenizer: ids are beyond its graph."""
    folder = copy_tiny_bundle(tmp_path / "bundle")
    replace_file(folder, "tokenizer.json", (PACKAGED / "tokenizer.json").read_bytes())
    return folder


def test_the_manifest_says_what_is_read_back(bundle):
    text = "4akam vtora sedmica i parite gi nqma"
    assert TextEncoder(Bundle.load(bundle)).encode(text).flags == ()
    edit_manifest(bundle, lambda m: m.update(romanization={"languages": ["bg"]}))
    loaded = Bundle.load(bundle)
    encoder = TextEncoder(loaded)
    assert encoder.encode(text).flags == ("romanized",)
    assert (
        encoder.encode(text).windows
        == encoder.encode("чакам втора седмица и парите ги няма").windows
    )
    assert encoder.encode(text, "hr").flags == ()
    assert loaded.manifest.to_dict()["romanization"] == {"languages": ["bg"]}


def test_a_language_that_cannot_be_read_back_is_refused(bundle):
    edit_manifest(bundle, lambda m: m.update(romanization={"languages": ["pl"]}))
    with pytest.raises(BundleFormatError, match=r"romanization\.languages: 'pl' .*possible are"):
        Bundle.load(bundle)


def test_another_kind_of_tokenizer_is_refused(tmp_path):
    model = {"type": "WordLevel", "vocab": {"<unk>": 0}, "unk_token": "<unk>"}
    words = Tokenizer.from_str(json.dumps({"version": "1.0", "added_tokens": [], "model": model}))
    with pytest.raises(BundleFormatError, match="needs a unigram tokenizer, found WordLevel"):
        RomanizationReader(words, ["bg"])
