"""The table of cases: what the model answers, what is known, and what must be decided."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mentionlens.scored_mention import ScoredMention

CASES = Path(__file__).parent / "cases"
NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
LABELS = ("none", "product", "delivery", "billing", "returns", "service", "technical", "safety")
LABELS += ("other",)


@dataclass(frozen=True)
class Case:
    """One case of a file; see the head of pl.toml."""

    name: str
    file_lang: str
    data: Mapping[str, Any]

    @property
    def lang(self) -> str:
        return self.data.get("lang", self.file_lang)

    def mention(self) -> ScoredMention:
        """Return the mention with the stated answers, an hour old."""
        if "label" in self.data:
            labels = {task: label for task, (label, _) in self.data["label"].items()}
            scores = {task: {label: score} for task, (label, score) in self.data["label"].items()}
            return self._mention("now", 1.0, self.data["text"], labels, scores)
        labels, scores = answers(self.data["s"], self.data["t"], self.data.get("c", {}))
        return self._mention("now", 1.0, self.data["text"], labels, scores)

    def earlier(self) -> list[ScoredMention]:
        """Return what the same author, or with `copies` others, wrote before."""
        found = []
        for place, one in enumerate(self.data.get("earlier", [])):
            labels, scores = answers([0.9, 0.08, 0.02], 0.02, one["c"])
            mention = self._mention(f"before-{place}", one["hours"], "Before.", labels, scores)
            if "replied_after" in one:
                found.append(_replace(mention, replied_after=one["replied_after"]))
            else:
                found.append(mention)
        now = self.mention()
        for place in range(self.data.get("copies", 0)):
            found.append(_replace(now, id=f"copy-{place}", author=f"bot-{place}", hours=2.0))
        return found

    def _mention(
        self,
        identifier: str,
        hours: float,
        text: str,
        labels: dict[str, str],
        scores: dict[str, dict[str, float]],
    ) -> ScoredMention:
        return ScoredMention(
            id=identifier,
            text=text,
            lang=self.lang,
            labels=labels,
            probabilities=scores,
            flags=tuple(self.data.get("flags", ())) if identifier == "now" else (),
            brand="Brand",
            author="writer",
            thread=None,
            time=NOW - timedelta(hours=hours),
            replied_at=None,
            reach=self.data.get("reach"),
        )


def read_cases() -> list[Case]:
    """Return every case of every language."""
    cases = []
    for path in sorted(CASES.glob("*.toml")):
        content = tomllib.loads(path.read_text(encoding="utf-8"))
        for number, data in enumerate(content["cases"], 1):
            cases.append(Case(f"{path.stem}-{number}", content["lang"], data))
    return cases


def answers(
    sentiment: list[float], troll: float, complaint: Mapping[str, float]
) -> tuple[dict[str, str], dict[str, dict[str, float]]]:
    """Return labels and whole probabilities; complaint types that are not named share nothing."""
    types = dict.fromkeys(LABELS, 0.0) | dict(complaint)
    types["none"] = 1.0 - sum(complaint.values())
    scores = {
        "sentiment": dict(zip(("negative", "neutral", "positive"), sentiment, strict=True)),
        "troll": {"no": 1.0 - troll, "yes": troll},
        "complaint": types,
    }
    return {task: max(of, key=of.__getitem__) for task, of in scores.items()}, scores


def _replace(mention: ScoredMention, **changes: Any) -> ScoredMention:
    hours, replied = changes.pop("hours", None), changes.pop("replied_after", None)
    values = {name: getattr(mention, name) for name in ScoredMention.__slots__}
    if hours is not None:
        values["time"] = NOW - timedelta(hours=hours)
    if replied is not None:
        values["replied_at"] = values["time"] + timedelta(hours=replied)
    return ScoredMention(**(values | changes))
