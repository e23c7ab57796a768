"""Errors as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

import math
from typing import Any

from starlette.responses import JSONResponse

__all__ = ["MEDIA_TYPE", "ProblemError", "problem_response"]

MEDIA_TYPE = "application/problem+json"

_TITLES = {
    400: "The request cannot be read",
    401: "An API key is needed",
    404: "There is nothing here",
    405: "The method is not possible here",
    408: "The request came too slowly",
    413: "The request is too large",
    415: "The media type is not possible here",
    421: "The service does not have this name",
    422: "The request is not what the API takes",
    429: "Too many requests at a time",
    500: "The service failed",
    503: "The service cannot answer now",
}


class ProblemError(Exception):
    """A request that gets no answer.

    Args:
        status: of HTTP.
        detail: what was wrong, where, and what is possible; never the text of a mention.
        retry_after: seconds after which the same request may succeed.
    """

    def __init__(self, status: int, detail: str, *, retry_after: float | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.retry_after = retry_after

    @property
    def title(self) -> str:
        """What kind of problem it is."""
        return _TITLES.get(self.status, "The request failed")

    def to_dict(self) -> dict[str, Any]:
        """Return the members of the problem."""
        return {
            "type": "about:blank",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
        }


def problem_response(problem: ProblemError, path: str = "") -> JSONResponse:
    """Return the response of a problem.

    Args:
        problem: what happened.
        path: that was asked for; below `/v2` errors have the Open Inference Protocol's shape.
    """
    headers = {}
    if problem.retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(problem.retry_after)))
    if problem.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="mentionlens"'
    if path.startswith("/v2/"):
        status = 400 if problem.status in (413, 415, 422) else problem.status
        return JSONResponse({"error": problem.detail}, status, headers)
    return JSONResponse(problem.to_dict(), problem.status, headers, MEDIA_TYPE)
