"""Whatever Unicode holds is answered: no text raises, and none changes another one's answer."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mentionlens import MentionClassifier, packaged_bundle_path
from tiny_bundle import COMMITTED

TINY = MentionClassifier(COMMITTED, threads=1)
PACKAGED = MentionClassifier(packaged_bundle_path(), threads=1)
# Batches of float32 add up in another order; the packaged graph runs every mention alone.
ROUNDING = 1e-5

# Lone surrogates, unassigned and private code points and controls included.
ANYTHING = st.characters(codec=None, exclude_categories=())
TRICKY = st.sampled_from(
    [
        *("\x00", "\ud83d", "\udc00", "\ufeff", "\u202e", "\u200d", "\ufe0f", "\u0301" * 40),
        *("ﷺ" * 50, "\U0010ffff", "@", "https://", "&amp;amp;", "t.co/a", "İ", "ß", "\r\n"),
        *("👩‍👩‍👧‍👦", "🇵🇱", "👍🏽", "ＦＵＬＬ", "ｱ", "가", "Ş", "ţ̧"),
    ]
)
TEXT = st.text(ANYTHING, max_size=80) | st.lists(
    st.text(ANYTHING, max_size=4) | TRICKY, max_size=30
).map("".join)
LONG = st.tuples(st.text(ANYTHING, min_size=1, max_size=12), st.integers(1, 300)).map(
    lambda pair: pair[0] * pair[1]
)


def check(classifier, text, prediction):
    """An answer to this very text, with probabilities of every task."""
    assert prediction.text == text
    assert list(prediction.tasks) == [task.name for task in classifier.manifest.tasks]
    for name, answer in prediction.tasks.items():
        values = list(answer.probabilities.values())
        assert list(answer.probabilities) == list(classifier.labels(name))
        assert all(0 <= value <= 1 for value in values)
        assert sum(values) == pytest.approx(1, abs=1e-9)
        assert answer.score == answer.probabilities[answer.label] == max(values)


def numbers(prediction):
    return np.array([p for task in prediction.tasks.values() for p in task.probabilities.values()])


@given(TEXT | LONG)
@settings(max_examples=300)
def test_any_text_is_answered_with_probabilities(text):
    check(TINY, text, TINY.predict(text))


@given(st.lists(TEXT | LONG, max_size=12), st.integers(1, 9))
def test_any_text_is_answered_alone_as_in_a_list(texts, batch_size):
    together = list(TINY.predict_iter(texts, batch_size))
    assert len(together) == len(texts)
    for text, prediction in zip(texts, together, strict=True):
        check(TINY, text, prediction)
        alone = TINY.predict(text)
        np.testing.assert_allclose(numbers(prediction), numbers(alone), atol=ROUNDING)
        assert fixed_flags(prediction) == fixed_flags(alone)


def fixed_flags(prediction):
    """The flags that do not depend on the last digits of a probability."""
    return [flag for flag in prediction.flags if not flag.startswith("low_confidence:")]


@given(st.lists(TEXT, min_size=1, max_size=4))
@settings(max_examples=25)
def test_the_packaged_bundle_answers_any_text_alone_as_in_a_list(texts):
    together = PACKAGED.predict(texts)
    for text, prediction in zip(texts, together, strict=True):
        check(PACKAGED, text, prediction)
        alone = PACKAGED.predict(text)
        np.testing.assert_allclose(numbers(prediction), numbers(alone), atol=ROUNDING)
        assert fixed_flags(prediction) == fixed_flags(alone)


def test_every_code_point_of_unicode_is_answered():
    size = 512
    texts = [
        "".join(map(chr, range(start, min(start + size, sys.maxunicode + 1))))
        for start in range(0, sys.maxunicode + 1, size)
    ]
    for text, prediction in zip(texts, TINY.predict_iter(texts), strict=True):
        check(TINY, text, prediction)
