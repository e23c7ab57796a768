"""Short guidance: what to do and what to avoid, in the language of the mention."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

from mentionlens.triage.errors import GuidanceError

__all__ = ["FALLBACK_LANGUAGE", "Advice", "Guidance", "guidance_languages"]

FALLBACK_LANGUAGE = "en"
"""For mentions whose language is not known, or has no guidance."""


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do and what to avoid."""

    do: str
    avoid: str


class Guidance:
    """The guidance that comes with mentionlens, in every language that it has.

    Args:
        language: of all advice; None takes that of each mention.

    Raises:
        GuidanceError: there is no guidance in that language.
    """

    def __init__(self, language: str | None = None) -> None:
        if language is not None and language not in guidance_languages():
            raise GuidanceError(
                f"no guidance in {language!r}; possible are {', '.join(guidance_languages())}"
            )
        self._language = language

    def check(self, keys: Sequence[str]) -> None:
        """Check that there is advice for keys.

        Raises:
            GuidanceError: there is none for one of them.
        """
        known = _texts(FALLBACK_LANGUAGE)
        for key in keys:
            if key not in known:
                raise GuidanceError(f"no guidance {key!r}; possible are {', '.join(sorted(known))}")

    def advise(self, keys: tuple[str, ...], lang: str | None) -> Advice:
        """Return the advice for one or more keys, of which the first is the most important.

        Args:
            keys: of a rule.
            lang: of the mention.
        """
        language = self._language or lang
        return _advice(language if language in guidance_languages() else FALLBACK_LANGUAGE, keys)


@functools.cache
def guidance_languages() -> tuple[str, ...]:
    """Return the languages of guidance."""
    folder = resources.files("mentionlens.triage").joinpath("guidance")
    names = (file.name for file in folder.iterdir())
    return tuple(sorted(name.removesuffix(".toml") for name in names if name.endswith(".toml")))


@functools.cache
def _advice(language: str, keys: tuple[str, ...]) -> Advice:
    texts = _texts(language)
    found = [texts[key] for key in keys]
    return Advice(
        " ".join(one.do for one in found), " ".join(one.avoid for one in found if one.avoid)
    )


@functools.cache
def _texts(language: str) -> Mapping[str, Advice]:
    file = resources.files("mentionlens.triage").joinpath("guidance", f"{language}.toml")
    content = tomllib.loads(file.read_text("utf-8"))
    return {key: Advice(advice["do"], advice["avoid"]) for key, advice in content.items()}
