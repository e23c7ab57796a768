"""Shares the model out among the requests that wait: small batches, each request in its turn."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias

from mentionlens.inputs import Item
from mentionlens.prediction import Prediction
from mentionlens.server.live_model import LiveModel
from mentionlens.server.metrics import Metrics
from mentionlens.server.problems import ProblemError
from mentionlens.server.settings import Settings

__all__ = ["Scheduler"]

_Answers: TypeAlias = "asyncio.Future[tuple[list[Prediction], float]]"

# How fast the estimate of the rate forgets.
_SMOOTHING = 0.1


@dataclass(eq=False, slots=True)
class _Job:
    """The mentions of one request; all are answered by the model that was there when it came."""

    model: LiveModel
    items: Sequence[Item]
    done: asyncio.Future[list[Prediction]]
    answers: list[Prediction | None]
    started: int = 0
    finished: int = 0

    @property
    def waiting(self) -> int:
        return len(self.items) - self.started


@dataclass(slots=True)
class _Batch:
    model: LiveModel
    # A job, the place of its first mention in this batch, and how many.
    parts: list[tuple[_Job, int, int]] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)


class Scheduler:
    """Answers mentions of many requests on a fixed number of threads.

    A request of many mentions is answered in parts, and between them the others have their turn,
    so that a single mention does not wait for a file. To be used from one event loop.

    Args:
        settings: threads, sizes of batches, bounds.
        metrics: is told what happens.
    """

    def __init__(self, settings: Settings, metrics: Metrics) -> None:
        self._settings = settings
        self._metrics = metrics
        self._executor = ThreadPoolExecutor(settings.threads, "mentionlens-graph")
        self._jobs: deque[_Job] = deque()
        self._waiting = 0
        self._running = 0
        self._rate = 0.0
        self._had_company = False
        self._timer: asyncio.TimerHandle | None = None
        self._room: asyncio.Event = asyncio.Event()
        self._room.set()

    async def predict(
        self, model: LiveModel, items: Sequence[Item], *, patient: bool = False
    ) -> list[Prediction]:
        """Answer the mentions of one request, in order.

        Args:
            model: that answers all of them.
            items: the mentions, checked.
            patient: wait for room instead of failing where there is none, for streams.

        Raises:
            ProblemError: 503, when too many mentions wait or the deadline passed; 500, when the
                graph failed.
        """
        if not items:
            return []
        # Where nothing waits there is room for any request: a large one would never have its turn.
        while self._waiting and self._waiting + len(items) > self._settings.most_waiting:
            if not patient:
                self._metrics.refused("full")
                raise ProblemError(
                    503,
                    f"{self._waiting} mentions are waiting already; try again later",
                    retry_after=self._seconds_to_clear(),
                )
            self._room.clear()
            await self._room.wait()
        loop = asyncio.get_running_loop()
        limit = self._settings.deadline
        job = _Job(model, items, loop.create_future(), [None] * len(items))
        self._jobs.append(job)
        self._count(len(items))
        self._pump()
        try:
            async with asyncio.timeout(limit):
                return await job.done
        except TimeoutError:
            self._metrics.refused("deadline")
            raise ProblemError(
                503,
                f"no answer within {limit:g} s; send fewer mentions at a time, or try again later",
                retry_after=self._seconds_to_clear(),
            ) from None
        finally:
            if not job.done.done() or job.done.cancelled():
                self._drop(job)

    def close(self) -> None:
        """Wait for the threads to end."""
        self._executor.shutdown(wait=True)

    def _pump(self) -> None:
        """Hand batches to idle threads."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._jobs and self._running < self._settings.threads:
            if self._gains_from_waiting():
                loop = asyncio.get_running_loop()
                self._timer = loop.call_later(self._settings.batch_wait, self._waited)
                return
            self._start()

    def _waited(self) -> None:
        self._timer = None
        self._start()
        self._pump()

    def _gains_from_waiting(self) -> bool:
        # Whoever was answered together asks again at about the same time. A request that had no
        # company is likely to have none again; and a graph may take one mention a run.
        few = self._waiting < self._settings.batch_items
        model = self._jobs[0].model
        return (
            few
            and self._had_company
            and model.manifest.graph.max_batch > 1
            and self._settings.batch_wait > 0
        )

    def _start(self) -> None:
        batch = self._take()
        if batch is None:
            return
        self._running += 1
        loop = asyncio.get_running_loop()
        call = partial(_answer, batch.model, batch.items)
        future = loop.run_in_executor(self._executor, call)
        future.add_done_callback(partial(self._finish, batch))

    def _take(self) -> _Batch | None:
        """Take mentions of the jobs in turn, all of one model, within the bounds of a batch."""
        if not self._jobs:
            return None
        batch = _Batch(self._jobs[0].model)
        room = self._settings.batch_items
        characters = self._settings.batch_characters
        for _ in range(len(self._jobs)):
            job = self._jobs[0]
            if job.model is not batch.model or room == 0 or characters <= 0:
                break
            self._jobs.popleft()
            first = job.started
            while room and characters > 0 and job.waiting:
                item = job.items[job.started]
                batch.items.append(item)
                job.started += 1
                room -= 1
                characters -= len(item.text)
            batch.parts.append((job, first, job.started - first))
            if job.waiting:
                self._jobs.append(job)
        self._had_company = len(batch.parts) > 1
        self._count(-len(batch.items))
        self._metrics.batch(len(batch.items))
        return batch

    def _finish(
        self, batch: _Batch, future: asyncio.Future[tuple[list[Prediction], float]]
    ) -> None:
        self._running -= 1
        error = future.exception()
        if error is None:
            answers, seconds = future.result()
            self._metrics.inference(seconds)
            rate = self._settings.threads * len(answers) / max(seconds, 1e-6)
            self._rate += _SMOOTHING * (rate - self._rate) if self._rate else rate
            _hand_out(batch, answers)
        else:
            for job, _, _ in batch.parts:
                self._drop(job)
                if not job.done.done():
                    problem = ProblemError(500, f"the model failed: {type(error).__name__}")
                    problem.__cause__ = error
                    job.done.set_exception(problem)
        self._pump()

    def _drop(self, job: _Job) -> None:
        """Forget what of a job has not begun."""
        if job in self._jobs:
            self._jobs.remove(job)
        self._count(-job.waiting)
        job.started = len(job.items)

    def _count(self, mentions: int) -> None:
        self._waiting += mentions
        self._metrics.waiting(self._waiting)
        if self._waiting <= self._settings.most_waiting // 2:
            self._room.set()

    def _seconds_to_clear(self) -> float:
        return min(60.0, self._waiting / self._rate) if self._rate else 1.0


def _hand_out(batch: _Batch, answers: Sequence[Prediction]) -> None:
    place = 0
    for job, first, count in batch.parts:
        job.answers[first : first + count] = answers[place : place + count]
        place += count
        job.finished += count
        if job.finished == len(job.items) and not job.done.done():
            job.done.set_result([answer for answer in job.answers if answer is not None])


def _answer(model: LiveModel, items: Sequence[Item]) -> tuple[list[Prediction], float]:
    start = time.perf_counter()
    mentions = ({"text": item.text, "id": item.id, "lang": item.lang} for item in items)
    answers = list(model.classifier.predict_iter(mentions))
    return answers, time.perf_counter() - start
