"""Everything that the routes share."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator

from mentionlens.errors import MentionlensError
from mentionlens.server.keys import KeyRing
from mentionlens.server.live_model import LiveModel, ModelSlot
from mentionlens.server.metrics import Metrics
from mentionlens.server.problems import ProblemError
from mentionlens.server.scheduler import Scheduler
from mentionlens.server.settings import Settings, SettingsError
from mentionlens.triage import Playbook, Triage, load_playbook

__all__ = ["Service"]

_LOG = logging.getLogger("mentionlens.server")


class Service:
    """The state of one service.

    Args:
        settings: of the service.

    Attributes:
        settings: the same.
        metrics: what Prometheus is told.
        keys: who is let in; None where everybody is.
        playbook: decides what `/v1/triage` says.
        slot: the model.
        scheduler: shares it out.
        draining: whether the service is about to stop.

    Raises:
        SettingsError: the file of keys cannot be used.
        PlaybookError, GuidanceError: the playbook cannot.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.keys = None if settings.keys is None else KeyRing(settings.keys)
        self.playbook = _playbook(settings)
        self.slot = ModelSlot(settings.bundle)
        self.scheduler = Scheduler(settings, self.metrics)
        self.draining = False
        self._reload = asyncio.Event()

    @property
    def model(self) -> LiveModel:
        """The model that answers now.

        Raises:
            ProblemError: 503, none is ready.
        """
        if self.slot.current is None:
            raise ProblemError(
                503, "the model is being loaded; try again in a moment", retry_after=2
            )
        return self.slot.current

    @property
    def ready(self) -> bool:
        """Whether requests should be sent here."""
        return self.slot.current is not None and not self.draining

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Load the model and watch its folder until the end."""
        watcher = asyncio.create_task(self._watch())
        try:
            yield
        finally:
            watcher.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watcher
            self.scheduler.close()

    def reload(self) -> None:
        """Read keys, playbook and bundle again, soon; to be called on the event loop."""
        self._reload.set()

    async def _watch(self) -> None:
        await self._load()
        while True:
            asked = await self._asked()
            if asked:
                self._read_keys()
                self._read_playbook()
            if asked or self.slot.changed():
                await self._load()

    async def _asked(self) -> bool:
        """Wait for a signal, or for the next look at the folder; return which it was."""
        try:
            async with asyncio.timeout(self.settings.watch or None):
                await self._reload.wait()
        except TimeoutError:
            return False
        self._reload.clear()
        return True

    async def _load(self) -> None:
        try:
            # On a thread of its own: requests go on with the former model.
            model = await asyncio.to_thread(self.slot.load)
        except (MentionlensError, OSError) as error:
            self.metrics.model_refused()
            kept = self.slot.current
            goes_on = (
                "no model answers yet"
                if kept is None
                else f"{kept.manifest.name} {kept.manifest.version} goes on"
            )
            _LOG.error("refused: %s; %s", error, goes_on)
        else:
            self.metrics.model(model)

    def _read_keys(self) -> None:
        if self.keys is None:
            return
        try:
            self.keys.reload()
        except SettingsError as error:
            _LOG.error("%s; the former keys go on", error)

    def _read_playbook(self) -> None:
        try:
            self.playbook = _playbook(self.settings)
        except MentionlensError as error:
            _LOG.error("%s; the former playbook goes on", error)


def _playbook(settings: Settings) -> Playbook:
    # With its guidance, so that no request finds out that a key is missing.
    return Triage(load_playbook(settings.playbook)).playbook
