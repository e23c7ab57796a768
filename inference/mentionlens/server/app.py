"""The ASGI application."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import AsyncIterator
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from mentionlens.server import routes_health, routes_overview, routes_page, routes_v1, routes_v2
from mentionlens.server.guard import Guard
from mentionlens.server.problems import ProblemError, problem_response
from mentionlens.server.schemas import components
from mentionlens.server.service import Service

__all__ = ["create_app"]

_LOG = logging.getLogger("mentionlens.server")

_DESCRIPTION = (
    "Sentiment, trolling and complaint type of mentions, in one pass, with calibrated "
    "probabilities. Errors are application/problem+json; a mention that cannot be read gets an "
    "error of its own among the results."
)


def create_app(service: Service) -> FastAPI:
    """Return the application of a service; its lifespan loads the model."""

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with service.running():
            yield

    # The pages /docs and /redoc would load their scripts from other hosts.
    app = FastAPI(
        title="mentionlens",
        version=version("mentionlens"),
        description=_DESCRIPTION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
    )
    for router in (
        routes_v1.routes(service),
        routes_overview.routes(service),
        routes_v2.routes(service),
        routes_health.routes(service),
        routes_page.routes(),
    ):
        app.include_router(router)
    app.add_exception_handler(ProblemError, _problem)
    app.add_exception_handler(HTTPException, _http_problem)
    app.add_exception_handler(Exception, _failure)
    app.add_middleware(Guard, service=service)

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = get_openapi(
                title=app.title,
                version=app.version,
                description=app.description,
                routes=app.routes,
            )
            schema.setdefault("components", {}).setdefault("schemas", {}).update(
                components() | routes_overview.components()
            )
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's own way to extend the document
    return app


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ProblemError)
    if error.status == 500:
        _LOG.error("%s", error.detail, exc_info=error.__cause__)
    return problem_response(error, request.url.path)


async def _http_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    detail = {
        404: f"no route for {request.method}; the API is described by /openapi.json",
        405: f"{request.method} is not possible here",
    }
    response = problem_response(
        ProblemError(error.status_code, detail.get(error.status_code, str(error.detail))),
        request.url.path,
    )
    if error.headers:
        response.headers.update(error.headers)
    return response


async def _failure(request: Request, error: Exception) -> Response:
    problem = ProblemError(500, f"something broke: {type(error).__name__}")
    return problem_response(problem, request.url.path)
