"""From text to windows of ids."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens import Bundle, BundleFormatError, InputError
from mentionlens.manifest import LongTextSpec, NormalizerSpec, TokenizerSpec
from mentionlens.tokenization import TextEncoder
from tiny_bundle import COMMITTED, edit_manifest, replace_file
from tokenizers import Tokenizer

BEGIN, PAD, END = 0, 1, 2
LENGTH, WINDOWS = 32, 2


@pytest.fixture(scope="module")
def encoder():
    return TextEncoder(Bundle.load(COMMITTED))


def ids_of(text):
    """Ids by the tokenizer alone, without the padding and truncation that its file stores."""
    tokenizer = Tokenizer.from_file(str(COMMITTED / "tokenizer.json"))
    assert tokenizer.padding and tokenizer.truncation
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer.encode(text).ids


PREFIX = ids_of("query: ")[1:3]


def test_a_short_text_has_the_ids_of_its_tokenizer(encoder):
    encoded = encoder.encode("  Paczka\tnie @Пётр ")
    assert encoded.windows == (tuple(ids_of("query: Paczka nie @user")),)
    assert encoded.flags == ()
    assert encoded.weights == (len(encoded.windows[0]) - 4,)


def test_stored_padding_and_truncation_are_switched_off(encoder):
    assert len(encoder.encode("a").windows[0]) == 6
    assert len(encoder.encode("paczka " * 10).windows[0]) > 10
    assert encoder.padding_id == PAD


@pytest.mark.parametrize("text", ["", " ", "\n\t\x00", "\u00a0"])
def test_an_empty_text_is_the_prefix_alone(encoder, text):
    encoded = encoder.encode(text)
    assert encoded.flags == ("empty",)
    assert encoded.windows == (tuple(ids_of("query: ")),)
    assert encoded.weights == (1,)


def test_a_long_text_is_cut_into_whole_windows(encoder):
    text = "ab " * 14
    encoded = encoder.encode(text)
    assert encoded.flags == ("long",)
    assert len(encoded.windows) == 2
    for window, weight in zip(encoded.windows, encoded.weights, strict=True):
        assert len(window) <= LENGTH
        assert window[0] == BEGIN and window[-1] == END
        assert list(window[1:3]) == PREFIX
        assert weight == len(window) - 4
    pieces = [piece for window in encoded.windows for piece in window[3:-1]]
    assert pieces == ids_of("query: " + text.strip())[3:-1]


def test_pieces_beyond_the_windows_are_flagged(encoder):
    assert encoder.encode("ab " * 40).flags == ("long", "truncated")


@given(st.text(alphabet="ab ąжЯ😡.\n", max_size=150))
def test_windows_keep_every_piece_that_fits(text):
    encoder = ENCODER
    encoded = encoder.encode(text)
    content = ids_of("query: " + encoder.normalizer.normalize(text))[3:-1]
    kept = [piece for window in encoded.windows for piece in window[3:-1]]
    assert kept == content[: (LENGTH - 4) * WINDOWS]
    assert ("truncated" in encoded.flags) == (len(kept) < len(content))
    assert ("long" in encoded.flags) == (len(encoded.windows) > 1)
    assert 1 <= len(encoded.windows) <= WINDOWS


ENCODER = TextEncoder(Bundle.load(COMMITTED))


@given(st.text(alphabet=st.characters(codec=None, exclude_categories=())))
def test_any_text_gives_windows_within_the_limits(text):
    encoded = ENCODER.encode(text)
    assert all(4 <= len(window) <= LENGTH for window in encoded.windows)
    assert all(weight >= 1 for weight in encoded.weights)


@pytest.mark.parametrize(
    "text",
    ["a" * 100_000, "ab " * 350_000, "ж" * 1_000_000, "word" * 250_000, "😡👍" * 500_000],
    ids=["one character", "words", "Cyrillic", "one word", "emoji"],
)
def test_huge_texts_take_bounded_work(encoder, text):
    start = time.process_time()
    encoded = encoder.encode(text)
    assert time.process_time() - start < 5
    assert sum(map(len, encoded.windows)) <= LENGTH * WINDOWS


def test_a_run_of_one_character_is_not_truncated(encoder):
    assert encoder.encode("a" * 100_000).flags == ()


def test_characters_beyond_the_bound_are_flagged(tiny_bundle):
    # One piece of one window holds more characters than the bound: pieces alone would not tell.
    tokenizer = json.loads((tiny_bundle / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer["model"]["vocab"].append(["0" * 2000, -1.0])
    replace_file(tiny_bundle, "tokenizer.json", json.dumps(tokenizer).encode())
    encoded = TextEncoder(Bundle.load(tiny_bundle)).encode("0" * 2000)
    assert "truncated" in encoded.flags


def test_plain_truncation_is_one_window(tiny_bundle):
    edit_manifest(tiny_bundle, lambda manifest: manifest["long_text"].update(max_windows=1))
    encoded = TextEncoder(Bundle.load(tiny_bundle)).encode("ab " * 40)
    assert encoded.flags == ("truncated",)
    assert [len(window) for window in encoded.windows] == [LENGTH]


def test_without_a_prefix(tiny_bundle):
    edit_manifest(tiny_bundle, lambda manifest: manifest["tokenizer"].update(prefix=""))
    encoder = TextEncoder(Bundle.load(tiny_bundle))
    assert encoder.encode("").windows == ((BEGIN, END),)
    assert encoder.encode("ab").windows == (tuple(ids_of("ab")),)
    assert [window[0] for window in encoder.encode("ab " * 20).windows] == [BEGIN, BEGIN]


def test_training_encodes_before_a_bundle_exists(encoder):
    specs = (
        NormalizerSpec(1, {"max_repeats": 8}),
        TokenizerSpec("tokenizer.json", "", LENGTH, "query: "),
        LongTextSpec(WINDOWS),
    )
    early = TextEncoder.from_specs(COMMITTED / "tokenizer.json", *specs)
    for text in ("Paczka", "ab " * 30, ""):
        assert early.encode(text) == encoder.encode(text)


def test_a_window_without_room_for_text_is_refused(tiny_bundle):
    edit_manifest(tiny_bundle, lambda manifest: manifest["tokenizer"].update(max_length=4))
    with pytest.raises(BundleFormatError, match=r"tokenizer\.max_length: 4 pieces leave no room"):
        TextEncoder(Bundle.load(tiny_bundle))


def test_a_tokenizer_that_is_none_is_refused(tiny_bundle):
    replace_file(tiny_bundle, "tokenizer.json", b'{"version": "1.0"}')
    with pytest.raises(BundleFormatError, match=r"tokenizer\.json: tokenizers cannot read"):
        TextEncoder(Bundle.load(tiny_bundle))


def test_only_strings_are_text(encoder):
    with pytest.raises(InputError, match="bytes"):
        encoder.encode(b"ab")
