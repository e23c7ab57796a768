"""Back to the version before: the answer to a promotion that turned out badly."""

from __future__ import annotations

from mentionlens_training.promotion.errors import PromotionError
from mentionlens_training.promotion.registry import Registry
from mentionlens_training.promotion.steps import Step

__all__ = ["roll_back"]


def roll_back(registry: Registry, *, dry_run: bool = False) -> Step:
    """Let the alias point to the version before, and record it.

    A second rollback goes back further. Versions that were deleted meanwhile are passed over.

    Args:
        registry: with the alias.
        dry_run: say only where it would go.

    Returns:
        The step; its `number` is 0 in a dry run.

    Raises:
        PromotionError: there is no alias, or no version before.
        TrackingError: the store fails.
    """
    with registry.moving() as mover:
        if mover.champion is None:
            raise PromotionError(
                f"{registry.name}@{registry.alias} does not exist: nothing was promoted yet"
            )
        there = {version.number for version in registry.versions()}
        earlier = [number for number in mover.positions[:-1] if number in there]
        if not earlier:
            raise PromotionError(
                f"{registry.name}@{registry.alias} is {mover.champion.title}, and no version "
                "before it is known; promote another one: `mentionlens promote VERSION`"
            )
        step = Step(
            number=0,
            action="rolled back",
            at="",
            before=mover.champion.number,
            version=earlier[-1],
        )
        return step if dry_run else mover.move(step)
