"""The text normaliser: what it changes, and that it changes nothing else."""

import pickle
import time
import unicodedata

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from mentionlens.errors import BundleFormatError, InputError
from mentionlens.normalization import TextNormalizer

NORMALIZE = TextNormalizer().normalize

# Everything that the rules look at, so that their combinations come up.
FRAGMENTS = st.sampled_from(
    [
        *("http://", "HTTPS://", "https", "http", "://", "www.", "WWW.", "w", "t.co/", "h", "p"),
        *("@", "@user", "@Пётр", "a@b.pl", "&amp;", "amp;", "&lt;", "lt;", "&", ";", "&#39;"),
        *("\u0327", "\u0326", "\u0301", "\u0323", "\u0338", "\u05b0", "\u0344", "\ufe0f", "\u200d"),
        *("Ş", "ţ", "Ș", "S", "s", "T", "r", "<", ">", '"', ".", ")", "…", " ", "\n", "\u00a0"),
        *("\x00", "\x1b", "\ud83d", "\ude00", "\u037e", "\u212a", "ſ", "😡", "👍🏽", "1", "0", "-"),
    ]
)
PIECES = st.tuples(FRAGMENTS, st.integers(1, 12)).map(lambda pair: pair[0] * pair[1])
ANY_TEXT = (
    st.text(alphabet=st.characters(codec=None, exclude_categories=()))
    | st.lists(FRAGMENTS, max_size=12).map("".join)
    | st.lists(PIECES, max_size=8).map("".join)
)
OPTIONS = st.fixed_dictionaries(
    {},
    optional={
        "mask_urls": st.booleans(),
        "mask_handles": st.booleans(),
        "max_repeats": st.none() | st.integers(3, 9),
    },
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zapytaj @Пётр i .@name (@name)!", "Zapytaj @user i .@user (@user)!"),
        ("@@anna, @jan_kowalski:", "@@user, @user:"),
        ("pisz na biuro@sklep.pl albo a.b+c@x.co", "pisz na biuro@sklep.pl albo a.b+c@x.co"),
        ("@ sam znak", "@ sam znak"),
        ("см. https://t.co/abc, потом", "см. http, потом"),
        ("(www.allegro.pl/oferta?id=1)", "(http)"),
        ("HTTPS://X.PL/Ą. t.co/Ab1 koniec", "http. http koniec"),
        ("тутhttps://t.co/abc", "тутhttp"),
        ("bit.co/x not.t.co/x @t.co/x", "bit.co/x not.t.co/x @user.co/x"),
        ('"http://a.pl" <http://b.pl>', '"http" <http>'),
        ("www... awww.nie", "www... awww.nie"),
        ("#жалоба #reclamație #1", "#жалоба #reclamație #1"),
        ("Şi ţară, Ştefan, Ţara", "Și țară, Ștefan, Țara"),
        ("S\u0327i t\u0327ara\u0306", "Și țară"),
        ("&amp;lt;3 &amp;amp;amp; &quot;a&quot; &#39;", '<3 & "a" \''),
        ("a &nbsp; b", "a &nbsp; b"),
        ("  a\t\tb\r\nc\u00a0\u2003d\x85e  ", "a b c d e"),
        ("a\x00b\x1b[31mc\x7f", "ab[31mc"),
        ("\ud83d\ude21 \ud83d!", "😡 \ufffd!"),
        ("100000000000 zł", "100000000000 zł"),
        ("nieeeeeeeeeeeeeee!!!", "nieeeeeeee!!!"),
        ("", ""),
        (" \n\t\x00", ""),
    ],
)
def test_examples(text, expected):
    assert NORMALIZE(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "👩‍👩‍👧‍👦 👍🏽 🇵🇱🇷🇴 1️⃣ #️⃣ ❤️ ☎︎ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ☹️",
        "Ёлка, їжак, ќе, ѝ, Ђорђе, żółć, ţ".replace("ţ", "ț"),
        "1.000,00 zł (-50%) a/b c\\d 5€ ½ ² №",
        "中文 日本語 한국어 العربية עברית हिन्दी",
    ],
)
def test_letters_and_emoji_stay_as_they_are(text):
    assert NORMALIZE(text) == text


@given(ANY_TEXT, OPTIONS)
def test_normalising_twice_changes_nothing(text, options):
    normalizer = TextNormalizer(options=options)
    once = normalizer.normalize(text)
    assert normalizer.normalize(once) == once


@given(ANY_TEXT)
def test_the_result_is_clean(text):
    result = NORMALIZE(text)
    result.encode("utf-8")
    assert unicodedata.is_normalized("NFC", result)
    assert result == " ".join(result.split())
    assert not any(unicodedata.category(char) == "Cc" for char in result)


@given(st.text())
def test_nothing_but_spaces_and_controls_is_lost_without_masks(text):
    assume("&" not in text)
    keep_all = TextNormalizer(
        options={"mask_urls": False, "mask_handles": False, "max_repeats": None}
    )
    cedilla = str.maketrans("\u0327", "\u0326")

    def core(value):
        value = unicodedata.normalize("NFD", value).translate(cedilla)
        value = "".join(c for c in value if not c.isspace() and unicodedata.category(c) != "Cc")
        return sorted(value)

    assert core(keep_all.normalize(text)) == core(text)


WORDS = st.lists(
    st.sampled_from(
        [
            "ząb",
            "Жалоба",
            "#жалоба",
            "👩‍👩‍👧",
            "❤️",
            "👍🏽",
            "🇧🇬",
            "1️⃣",
            "100000000",
            "a@b.pl",
            "(",
            "?!",
            "și",
        ]
    ),
    max_size=6,
).map(" ".join)
MASKED = st.sampled_from(
    [
        ("@Пётр", "@user"),
        (".@name", ".@user"),
        ("(@name)", "(@user)"),
        ("https://x.pl/a?b=ć#d", "http"),
        ("www.emag.ro/x,", "http,"),
        ("t.co/AbC", "http"),
        ("(http://x.bg)", "(http)"),
    ]
)


@given(st.lists(st.tuples(WORDS, MASKED), max_size=5))
def test_only_the_mask_replaces_text(parts):
    text = " ".join(f"{words} {masked}" for words, (masked, _) in parts)
    expected = " ".join(f"{words} {mask}" for words, (_, mask) in parts)
    assert NORMALIZE(text) == " ".join(expected.split())


@given(st.text(alphabet="0123456789٣৪", min_size=1, max_size=40))
def test_digits_are_never_shortened(digits):
    assert NORMALIZE(digits) == digits


@pytest.mark.parametrize(
    "text",
    [
        "@" * 1_000_000,
        "http" * 250_000,
        "http://" * 150_000,
        "h" * 1_000_000 + "ttp://",
        "http://" + "." * 1_000_000,
        "www." * 250_000,
        "t.co/" * 200_000,
        "a." * 500_000,
        "a@" * 500_000,
        "@a " * 330_000,
        "&amp;" * 200_000,
        "&" + "amp;" * 250_000,
        " " * 1_000_000,
        "\x00" * 1_000_000,
        "а" * 1_000_000,
        "a" + "\u0301\u0323" * 500_000,
        "\u0344" * 1_000_000,
        "Ş\u0323" * 500_000,
        "\ud83d" * 1_000_000,
    ],
    ids=lambda text: ascii(text[:8]),
)
def test_a_megabyte_of_anything_takes_linear_time(text):
    start = time.process_time()
    NORMALIZE(text)
    # Well under a second on an idle machine; quadratic work would take minutes.
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    ("version", "options", "message"),
    [
        (2, {}, r"normalizer\.version: 2 is unknown, possible are \[1\]"),
        (1, {"mask_url": True}, r"normalizer\.options\.mask_url: unknown option"),
        (1, {"mask_urls": 1}, r"normalizer\.options\.mask_urls: expected true or false"),
        (1, {"max_repeats": 2}, r"normalizer\.options\.max_repeats: expected null or .* 3 or more"),
        (1, {"max_repeats": True}, r"normalizer\.options\.max_repeats"),
    ],
)
def test_unknown_rules_are_refused(version, options, message):
    with pytest.raises(BundleFormatError, match=message):
        TextNormalizer(version, options)


def test_options_switch_rules_off():
    text = "@anna http://x.pl " + "a" * 20
    off = {"mask_urls": False, "mask_handles": False, "max_repeats": None}
    assert TextNormalizer(1, off).normalize(text) == text
    assert TextNormalizer(1, {"max_repeats": 3}).normalize("a" * 20) == "aaa"


def test_it_pickles_with_its_options():
    copy = pickle.loads(pickle.dumps(TextNormalizer(1, {"max_repeats": 3})))
    assert copy.normalize("aaaaa @b") == "aaa @user"


@pytest.mark.parametrize("value", [None, b"bytes", 1])
def test_only_strings_are_text(value):
    with pytest.raises(InputError, match=type(value).__name__):
        NORMALIZE(value)
