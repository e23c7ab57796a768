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
        slot: the model.
        scheduler: shares it out.
        draining: whether the service is about to stop.

    Raises:
        SettingsError: the file of keys cannot be used.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.metrics = Metrics()
        self.keys = None if settings.keys is None else KeyRing(settings.keys)
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
        """Read the keys and the bundle again, soon; to be called on the event loop."""
        self._reload.set()

    async def _watch(self) -> None:
        await self._load()
        while True:
            asked = await self._asked()
            if asked:
                self._read_keys()
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
