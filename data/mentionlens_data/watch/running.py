"""A watch over one source, from where the last run left off to the end of the source."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from mentionlens.watch import Alert, Watch, WatchOptions, load_watch, save_watch
from mentionlens.watch.webhook import Webhook

from mentionlens_data.watch.output import AlertFile, AlertStream
from mentionlens_data.watch.sources import Source

__all__ = ["Position", "RunResult", "State", "run"]


class _Output(Protocol):
    def write(self, alert: Alert) -> None: ...
    def commit(self) -> int | None: ...
    def close(self) -> None: ...


@dataclass
class Position:
    """How far the watch has read and written.

    Attributes:
        sources: name to the records before it and those read of it.
        output: committed bytes of the file of alerts; None for a stream.
        unsent: alerts that the webhook has not taken.
    """

    sources: dict[str, tuple[int, int]]
    output: int | None = None
    unsent: tuple[dict[str, Any], ...] = ()

    def of(self, name: str) -> tuple[int, int]:
        """Return the records before a source, and those read of it."""
        if name in self.sources:
            return self.sources[name]
        return sum(read for _, read in self.sources.values()), 0

    def to_dict(self) -> dict[str, Any]:
        """Return what JSON holds."""
        return {"sources": self.sources, "output": self.output, "unsent": list(self.unsent)}

    @classmethod
    def from_dict(cls, found: dict[str, Any]) -> Position:
        """Read it back."""
        sources = {name: (before, read) for name, (before, read) in found["sources"].items()}
        return cls(sources, found["output"], tuple(found["unsent"]))


class State:
    """The state file of a watch, if there is one.

    Args:
        path: None keeps no state.
        every: seconds between two writings.
        options: of the watch.
        texts: whether alerts may hold texts.

    Attributes:
        watch: new, or as it was stored.
        position: how far it was.
        resumed: whether there was a file.

    Raises:
        WatchStateError: there is a file, and it cannot be gone on from.
    """

    def __init__(
        self, path: Path | None, every: float, options: WatchOptions, *, texts: bool
    ) -> None:
        self._path = path
        self._every = every
        self._saved = time.monotonic()
        self.resumed = path is not None and path.exists()
        if path is not None and self.resumed:
            self.watch, found = load_watch(path, options, texts=texts)
            self.position = Position.from_dict(found)
        else:
            self.watch, self.position = Watch(options, texts=texts), Position({})

    @property
    def kept(self) -> bool:
        """Whether there is a state file."""
        return self._path is not None

    def is_due(self) -> bool:
        """Tell whether it is time to write."""
        return self._path is not None and time.monotonic() - self._saved >= self._every

    def save(self, output: _Output, webhook: Webhook | None) -> None:
        """Write the state, after what was told is on the disk."""
        if self._path is None:
            return
        self.position.output = output.commit()
        self.position.unsent = tuple(webhook.waiting()) if webhook else ()
        save_watch(self.watch, self._path, self.position.to_dict())
        self._saved = time.monotonic()


@dataclass
class RunResult:
    """What a run came to.

    Attributes:
        records: read in this run.
        unreadable: of these, those that are no mention.
        alerts: messages written.
        alarms: of these, opened or escalated.
        damaged: why the source broke off, if it did.
    """

    records: int = 0
    unreadable: int = 0
    alerts: int = 0
    alarms: int = 0
    damaged: str = ""


def run(
    source: Source,
    name: str,
    state: State,
    output: AlertFile | AlertStream,
    webhook: Webhook | None,
    *,
    skips: bool,
) -> RunResult:
    """Watch a source to its end.

    With a state the hour that goes on is left open for the next run; without one it is tested as it
    stands, since nothing will follow.

    Args:
        source: to read.
        name: under which its position is kept.
        state: of the watch.
        output: for alerts.
        webhook: for alerts, too.
        skips: whether the source begins again with records that were read.
    """
    telling = _Telling(output, webhook)
    result = telling.result
    before, read = state.position.of(name)
    skip, base = (read, before) if skips else (0, before + read)
    unsaved = False
    for record in source.records(skip, base):
        if record.damaged:
            # Not counted as read: a file that is still being written may go on here.
            result.damaged = record.damaged
            break
        if not record.idle:
            result.records += 1
            unsaved = True
            if record.mention is None:
                result.unreadable += 1
            else:
                telling.tell(state.watch.add(record.mention))
            state.position.sources[name] = (before, read + result.records)
        # Nobody may send again what was read from a pipe: when it rests, it is saved.
        if state.is_due() or (record.idle and unsaved):
            state.save(output, webhook)
            unsaved = False
    if not state.kept:
        telling.tell(state.watch.finish())
    state.save(output, webhook)
    return result


class _Telling:
    """Brings alerts to where they go, and counts them."""

    def __init__(self, output: _Output, webhook: Webhook | None) -> None:
        self._output = output
        self._webhook = webhook
        self.result = RunResult()

    def tell(self, alerts: list[Alert]) -> None:
        for alert in alerts:
            self._output.write(alert)
            if self._webhook is not None:
                self._webhook.send(alert.to_dict())
            self.result.alerts += 1
            self.result.alarms += alert.event != "closed"
