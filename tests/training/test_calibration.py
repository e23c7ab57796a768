from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from mentionlens_training.calibration import (
    balanced_weights,
    fit_language_temperatures,
    fit_temperature,
)


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_finds_the_temperature_that_made_the_labels(temperature):
    generator = np.random.default_rng(0)
    logits = generator.normal(scale=3.0, size=(20_000, 3))
    noise = generator.gumbel(size=logits.shape)
    labels = (logits / temperature + noise).argmax(axis=1)
    assert fit_temperature(logits, labels) == pytest.approx(temperature, rel=0.05)


def test_weights_decide_between_groups():
    sure_and_right = np.tile([5.0, 0.0], (900, 1))
    sure_and_wrong = np.tile([5.0, 0.0], (100, 1))
    logits = np.concatenate([sure_and_right, sure_and_wrong])
    labels = np.array([0] * 900 + [1] * 100)
    groups = ["large"] * 900 + ["small"] * 100
    flat = fit_temperature(logits, labels)
    balanced = fit_temperature(logits, labels, balanced_weights(groups))
    assert flat == pytest.approx(5 / np.log(9), rel=0.01)
    assert balanced > flat


def test_always_right_and_always_wrong_stay_in_bounds():
    logits = np.tile([2.0, 0.0], (50, 1))
    assert 0 < fit_temperature(logits, np.zeros(50)) <= 1
    assert 1 < fit_temperature(logits, np.ones(50)) <= 20


def test_lengths_must_match():
    with pytest.raises(ValueError, match="2 rows of logits and 1 labels"):
        fit_temperature([[0.0, 1.0], [1.0, 0.0]], [1])
    with pytest.raises(ValueError, match="0 rows"):
        fit_temperature(np.zeros((0, 2)), [])


def test_a_language_of_many_rows_has_its_own_temperature():
    generator = np.random.default_rng(1)
    languages = ["xx"] * 4000 + ["yy"] * 200 + ["zz"] * 50
    truth = np.array([1.0] * 4000 + [3.0] * 200 + [3.0] * 50)
    logits = generator.normal(scale=3.0, size=(len(truth), 3))
    labels = (logits / truth[:, None] + generator.gumbel(size=logits.shape)).argmax(axis=1)
    fitted = fit_language_temperatures(logits, labels, languages, 1.2)
    assert fitted["xx"] == pytest.approx(1.0, rel=0.1)
    # Two hundred rows speak for 3, and weigh twice as much as the prior of 1.2.
    assert fitted["yy"] == pytest.approx((3.0**2 * 1.2) ** (1 / 3), rel=0.2)
    # Fifty are too few to say anything.
    assert set(fitted) == {"xx", "yy"}
    with pytest.raises(ValueError, match="3 languages"):
        fit_language_temperatures(np.zeros((2, 2)), [0, 1], ["xx", "yy", "zz"], 1.0)
