"""What one run has computed of a mention, the next ones read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from mentionlens_training.export.pooled import EncoderPooler
from mentionlens_training.retraining.shared_features import SharedFeatures
from tiny import tiny_classifier

WINDOWS = [[5, 6, 7], [8], [9, 10], [5, 6, 7], [11, 12, 13, 14]]


class Counted:
    """Passes windows on to a real encoder, and counts them."""

    def __init__(self, inner: EncoderPooler) -> None:
        self.inner, self.seen, self.size = inner, 0, inner.size

    def __call__(self, windows: Sequence[Sequence[int]]) -> np.ndarray:
        self.seen += len(windows)
        return self.inner(windows)


@pytest.fixture
def encoder() -> Counted:
    return Counted(EncoderPooler(tiny_classifier().encoder, padding_id=1, bfloat16=False))


def test_each_mention_is_computed_once_for_all_runs(encoder: Counted, tmp_path: Path) -> None:
    first = SharedFeatures(encoder, tmp_path, encoder="tiny")(WINDOWS[:4])
    assert encoder.seen == 3
    np.testing.assert_allclose(first, encoder.inner(WINDOWS[:4]), atol=1e-5)
    later = SharedFeatures(encoder, tmp_path, encoder="tiny")
    second = later(WINDOWS[::-1])
    assert encoder.seen == 4
    np.testing.assert_array_equal(second[1:], first[::-1])
    assert later([]).shape == (0, encoder.size)


def test_another_encoder_has_features_of_its_own(encoder: Counted, tmp_path: Path) -> None:
    for name in ("tiny", "other", "tiny"):
        SharedFeatures(encoder, tmp_path, encoder=name)(WINDOWS[:2])
    assert encoder.seen == 4


@pytest.mark.parametrize(("ending", "bytes_lost"), [("f32", 3), ("keys", 20), ("f32", 600)])
def test_rows_that_were_not_written_to_the_end_are_computed_again(
    ending: str, bytes_lost: int, encoder: Counted, tmp_path: Path
) -> None:
    whole = SharedFeatures(encoder, tmp_path, encoder="tiny")(WINDOWS)
    (path,) = tmp_path.glob(f"*.{ending}")
    path.write_bytes(path.read_bytes()[:-bytes_lost])
    seen = encoder.seen
    again = SharedFeatures(encoder, tmp_path, encoder="tiny")(WINDOWS)
    assert encoder.seen > seen
    np.testing.assert_allclose(again, whole, atol=1e-5)
    reread = SharedFeatures(encoder, tmp_path, encoder="tiny")(WINDOWS)
    np.testing.assert_array_equal(reread, again)
