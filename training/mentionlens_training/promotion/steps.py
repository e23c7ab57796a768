"""What was done to an alias, step by step, as it is kept in the registry.

Each step is a tag of the model version that it is about: `mentionlens.<alias>.<number>`, with the
record as JSON. What the alias points to now is the registry's own; the steps say how it came
there, and so where a rollback goes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from mentionlens_training.promotion.errors import PromotionError

__all__ = ["Figures", "Step", "positions", "steps_of"]

_PREFIX = "mentionlens"

_Rounded = Annotated[float, AfterValidator(lambda value: round(value, 4))]


class _Record(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Figures(_Record):
    """What the comparison with the champion found; shares in [0, 1].

    Attributes:
        data: fingerprint of the rows.
        rows: that both answered.
        cells: languages x tasks that were counted.
        champion: mean macro-F1 of the champion over them; None where none was counted.
        challenger: of the challenger.
        losses: cells (`ro sentiment`) that lost more macro-F1 than the margin, to the loss; `mean`
            is the mean. Those that may be chance are among them.
        brier_losses: likewise, of the Brier score.
    """

    data: str
    rows: int
    cells: int
    champion: _Rounded | None
    challenger: _Rounded | None
    losses: dict[str, _Rounded] = {}
    brier_losses: dict[str, _Rounded] = {}


class Step(_Record):
    """One step.

    Attributes:
        number: counted from 1, over all versions.
        action: what was done; a refusal moves nothing.
        state: `moving` until the alias has moved; only a process that was killed leaves it so.
        at: when, ISO 8601 in UTC.
        before: version that the alias pointed to; None where it did not exist.
        version: that it points to afterwards; of a refusal, the one that was refused.
        margin: loss of macro-F1 and of the Brier score that was allowed, in points; None where
            nothing was compared.
        figures: of the comparison; None where nothing was compared.
        reasons: of a refusal.
    """

    number: int
    action: Literal["promoted", "refused", "rolled back"]
    state: Literal["moving", "done"] = "done"
    at: str
    before: int | None
    version: int
    margin: float | None = None
    figures: Figures | None = None
    reasons: tuple[str, ...] = ()

    def key(self, alias: str) -> str:
        """Return the name of its tag."""
        return f"{_PREFIX}.{alias}.{self.number:06d}"


def steps_of(alias: str, tags: Iterable[tuple[int, Mapping[str, str]]]) -> list[Step]:
    """Return the steps that the tags of the versions record, the oldest first.

    Args:
        alias: whose steps.
        tags: of each version.

    Raises:
        PromotionError: a tag of a step holds something else.
    """
    prefix = f"{_PREFIX}.{alias}."
    steps = []
    for version, found in tags:
        for key, value in found.items():
            if not key.startswith(prefix) or not key.removeprefix(prefix).isdigit():
                continue
            try:
                steps.append(Step.model_validate_json(value))
            except ValidationError as error:
                raise PromotionError(
                    f"version {version}: the tag {key!r} holds no record of a step "
                    f"({error.error_count()} fields are wrong); correct or delete it"
                ) from error
    return sorted(steps, key=lambda step: step.number)


def positions(steps: Iterable[Step], current: int | None) -> list[int]:
    """Return the versions that the alias has come over, the current one last.

    A rollback takes the last one away, so that rollback after rollback goes back further.

    Args:
        steps: the oldest first.
        current: what the alias points to. Somebody may have moved it by other means, or deleted a
            version with the steps on it: then it counts as promoted from where the alias was.
    """
    stack: list[int] = []

    def is_at(version: int | None) -> None:
        if version is not None and (not stack or stack[-1] != version):
            stack.append(version)

    for step in steps:
        if step.action == "refused" or step.state == "moving":
            continue
        is_at(step.before)
        if step.action == "rolled back" and step.version in stack:
            while stack[-1] != step.version:
                stack.pop()
        else:
            is_at(step.version)
    is_at(current)
    return stack
