"""Whether the service lives, whether requests should be sent to it, and its metrics."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from mentionlens.server.metrics import CONTENT_TYPE
from mentionlens.server.problems import ProblemError
from mentionlens.server.reading import json_bytes
from mentionlens.server.schemas import problem_responses
from mentionlens.server.service import Service

__all__ = ["routes"]


def routes(service: Service) -> APIRouter:
    """Return the routes of one service."""
    router = APIRouter(tags=["operations"])

    @router.get("/health/live")
    async def live() -> Response:
        """Say that the process answers."""
        return _json({"status": "live"})

    @router.get("/health/ready", responses=problem_responses(503))
    async def ready() -> Response:
        """Say whether a model answers its golden texts and the service is not about to stop."""
        if service.draining:
            raise ProblemError(503, "the service is about to stop", retry_after=5)
        return _json({"status": "ready", "model": service.model.named()})

    @router.get("/metrics", response_class=Response)
    async def metrics() -> Response:
        """Give the metrics in the text format of Prometheus."""
        return Response(service.metrics.text(), media_type=CONTENT_TYPE)

    return router


def _json(value: object) -> Response:
    return Response(json_bytes(value), media_type="application/json")
