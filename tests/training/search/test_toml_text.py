"""A configuration that is written as TOML is read as it was."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentionlens_training.config import check_run_config
from mentionlens_training.search.toml_text import toml_text

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
SCALARS = st.one_of(
    st.booleans(), st.integers(-(2**40), 2**40), st.floats(allow_nan=False), TEXTS.filter(bool)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3),
        st.dictionaries(TEXTS, inner, min_size=1, max_size=3),
    ),
    max_leaves=12,
)


@given(st.dictionaries(TEXTS, VALUES, max_size=4))
def test_whatever_is_written_is_read_again(values: dict[str, Any]) -> None:
    assert tomllib.loads(toml_text(values)) == values


def test_what_is_not_set_is_left_out_and_comes_back_as_its_default() -> None:
    values = {
        "name": 'a "b"\n',
        "encoder": {"vocabulary": None},
        "stages": [
            {"name": "a", "sampling": {"rows": 5, "source_shares": {"m absa.1": 0.5}}},
            {"name": "b", "sampling": {"rows": 6}, "optimization": {"learning_rate": 1e-5}},
        ],
    }
    config = check_run_config(values, "made")
    text = toml_text(config.model_dump(mode="json"))
    assert check_run_config(tomllib.loads(text), "read") == config
    assert "vocabulary" not in text


@pytest.mark.parametrize("nothing", [{}, {"a": None}, {"a": {}}, {"a": []}])
def test_nothing_is_written_of_nothing(nothing: dict[str, Any]) -> None:
    assert tomllib.loads(toml_text(nothing)) == {}
