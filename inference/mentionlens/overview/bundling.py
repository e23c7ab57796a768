"""Modules of JavaScript put together into one script, so that a page needs no other file.

What the modules may do is kept small on purpose: named imports from modules beside them, and
exported declarations. Each becomes a function that returns what it exports, so that no name of one
is seen by another.
"""

from __future__ import annotations

import re
from collections.abc import Callable

__all__ = ["bundled"]

_IMPORT = re.compile(r'^import (?:\{([^}]*)\} from )?"\./([\w-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)


def bundled(start: str, read: Callable[[str], str]) -> str:
    """Return a script that does what a module does, with all that it imports.

    Args:
        start: name of the module that is run.
        read: gives the text of a module by its name.

    Raises:
        ValueError: modules that import each other in a circle, or an import or export of another
            form.
    """
    done: dict[str, str] = {}
    _add(start, read, done, ())
    return '"use strict";\n' + "\n".join(done.values())


def _add(
    name: str, read: Callable[[str], str], done: dict[str, str], path: tuple[str, ...]
) -> None:
    if name in done:
        return
    if name in path:
        raise ValueError(f"{name}: imports itself by way of {' and '.join(path)}")
    text = read(name)
    for _, other in _IMPORT.findall(text):
        _add(other, read, done, (*path, name))
    exports = _EXPORT.findall(text)
    body = _EXPORT.sub("", _IMPORT.sub(_constants, text))
    if (left := re.search(r"^(?:import|export)\b.*$", body, re.MULTILINE)) is not None:
        raise ValueError(f"{name}: {left[0]!r} is of a form that is not put together")
    returned = f"return {{ {', '.join(exports)} }};\n"
    done[name] = f"const {_variable(name)} = (() => {{\n{body}{returned}}})();"


def _constants(found: re.Match[str]) -> str:
    names, other = found[1], found[2]
    if names is None:
        return ""
    pairs = ", ".join(" ".join(names.replace(" as ", ": ").split()).rstrip(",").split(", "))
    return f"const {{ {pairs} }} = {_variable(other)};\n"


def _variable(name: str) -> str:
    return "$" + name.removesuffix(".js").replace("-", "_")
