"""What makes one mention more worth a label than another: the weights, as a typed file."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from mentionlens_data.suggestion.errors import SuggestionError

__all__ = ["SuggestionRule", "load_rule"]


class SuggestionRule(BaseModel):
    """How mentions are chosen.

    Mentions are taken one by one; each time the one with the largest sum of four numbers from 0
    to 1, each times its weight: how unsure the answers are, how much its likely labels are missing
    among what was taken before, how unlike it is to what was taken before, and chance. Each
    language is a choice of its own (see `shares.language_shares`).

    The defaults were found on English sets, for a model that is trained on the labels alone (see
    `tests/benchmarks/suggest_simulation.py`): there a weight of unsure answers, however small,
    cost labels, since what the model doubts is often a matter of opinion. Who looks for mistakes
    of the model that guesses gives `uncertainty` a weight.

    Attributes:
        uncertainty: weight of unsure answers; 0 leaves them to the others.
        doubt: `margin` (one minus the distance of the two likeliest labels) or `entropy`
            (as a share of the largest possible).
        rarity: weight of labels that are rare among what was taken.
        chance: weight of a number that is drawn, so that mentions of every kind are among them.
        diversity: weight of being unlike what was taken.
        view: what texts are compared by: `letters` (character n-grams) or `answers` (the
            probabilities of all labels of all tasks).
        label_power: from 1, labels are to have the share that they have among the mentions, to 0,
            all the same.
        language_power: from 1, each language its share of the mentions, to 0, all the same.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    uncertainty: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    doubt: Literal["margin", "entropy"] = "margin"
    rarity: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    chance: float = Field(default=0.05, ge=0, allow_inf_nan=False)
    diversity: float = Field(default=0.5, ge=0, allow_inf_nan=False)
    view: Literal["letters", "answers"] = "letters"
    label_power: float = Field(default=0.5, ge=0, le=1)
    language_power: float = Field(default=0.5, ge=0, le=1)


def load_rule(path: Path) -> SuggestionRule:
    """Read a rule from a TOML file; what it does not name has its default.

    Raises:
        SuggestionError: no such file, not TOML, or not what `SuggestionRule` says.
    """
    try:
        return SuggestionRule.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except OSError as error:
        raise SuggestionError(f"{path}: cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SuggestionError(f"{path}: not TOML: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        known = ", ".join(SuggestionRule.model_fields)
        raise SuggestionError(f"{path}: {place}: {first['msg']}; possible: {known}") from error
