"""The pages: their files, and nothing beside them."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from starlette.responses import FileResponse

from mentionlens.overview.html import PAGE_FOLDER as _OVERVIEW
from mentionlens.server.problems import ProblemError

__all__ = ["routes"]

_FOLDER = Path(__file__).parent / "page"
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}
_FRESH = {"Cache-Control": "no-cache"}


def routes() -> APIRouter:
    """Return the routes of the page, and of the overview."""
    router = APIRouter(include_in_schema=False)
    files = {
        path.name: path
        for folder in (_OVERVIEW, _FOLDER)
        for path in folder.iterdir()
        if path.suffix in _TYPES
    }

    @router.get("/")
    async def page() -> FileResponse:
        return _response(files["index.html"])

    @router.get("/overview")
    async def overview() -> FileResponse:
        return _response(files["overview.html"])

    @router.get("/page/{name}")
    async def file(name: str) -> FileResponse:
        if name not in files:
            raise ProblemError(404, "the page has no such file")
        return _response(files[name])

    return router


def _response(path: Path) -> FileResponse:
    return FileResponse(path, media_type=_TYPES[path.suffix], headers=_FRESH)
