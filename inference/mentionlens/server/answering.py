"""From mentions, good and bad, to what is sent back: the core of every route."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from mentionlens.inputs import Item
from mentionlens.prediction import Prediction
from mentionlens.server.live_model import LiveModel
from mentionlens.server.reading import BadMention
from mentionlens.server.service import Service

__all__ = ["answer_mentions"]


async def answer_mentions(
    service: Service,
    model: LiveModel,
    mentions: Sequence[Item | BadMention],
    *,
    patient: bool = False,
) -> list[dict[str, Any]]:
    """Answer mentions in order; a bad one gets its error, and the others their answers.

    Raises:
        ProblemError: there is no room or time, or the model failed.
    """
    items = [mention for mention in mentions if isinstance(mention, Item)]
    answers = await service.scheduler.predict(model, items, patient=patient)
    _count(service, answers, len(mentions) - len(items))
    rest = iter(answers)
    return [
        mention.to_dict() if isinstance(mention, BadMention) else next(rest).to_dict()
        for mention in mentions
    ]


def _count(service: Service, answers: Iterable[Prediction], failed: int) -> None:
    answered = 0
    for answer in answers:
        answered += 1
        for name, task in answer.tasks.items():
            service.metrics.label(name, task.label)
    service.metrics.mentions(answered, failed)
