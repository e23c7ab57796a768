"""What Prometheus is told: counts and times, and never a word of a mention."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from mentionlens.server.live_model import LiveModel

__all__ = ["CONTENT_TYPE", "Metrics"]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30)
_SIZES = (1, 2, 4, 8, 16, 32, 64)


class Metrics:
    """The metrics of one service, in a registry of its own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "mentionlens_requests", "Requests", ("route", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "mentionlens_request_seconds",
            "Seconds from a request's head to the end of its answer",
            ("route",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._in_flight = Gauge(
            "mentionlens_requests_in_flight", "Requests being answered", registry=self._registry
        )
        self._mentions = Counter(
            "mentionlens_mentions", "Mentions", ("outcome",), registry=self._registry
        )
        self._labels = Counter(
            "mentionlens_answers", "Answers by label", ("task", "label"), registry=self._registry
        )
        self._waiting = Gauge(
            "mentionlens_mentions_waiting", "Mentions that wait", registry=self._registry
        )
        self._refused = Counter(
            "mentionlens_refused",
            "Requests that were not answered for want of room or time",
            ("reason",),
            registry=self._registry,
        )
        self._batches = Histogram(
            "mentionlens_batch_mentions",
            "Mentions handed to the model at a time",
            buckets=_SIZES,
            registry=self._registry,
        )
        self._inference = Histogram(
            "mentionlens_batch_seconds",
            "Seconds of the model for a batch",
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._reloads = Counter(
            "mentionlens_reloads", "New models", ("outcome",), registry=self._registry
        )
        self._model = Gauge(
            "mentionlens_model",
            "1 for the model that answers",
            ("name", "version", "identity"),
            registry=self._registry,
        )

    def request_began(self) -> None:
        """Count a request that is being answered."""
        self._in_flight.inc()

    def request_ended(self, route: str, status: int, seconds: float) -> None:
        """Count a request that was answered; `route` is the pattern, never the path."""
        self._in_flight.dec()
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def mentions(self, answered: int, failed: int) -> None:
        """Count mentions that were answered and those that were none."""
        self._mentions.labels("answered").inc(answered)
        self._mentions.labels("failed").inc(failed)

    def label(self, task: str, label: str) -> None:
        """Count an answer."""
        self._labels.labels(task, label).inc()

    def waiting(self, mentions: int) -> None:
        """Tell how many mentions wait."""
        self._waiting.set(mentions)

    def refused(self, reason: str) -> None:
        """Count a request that was turned away."""
        self._refused.labels(reason).inc()

    def batch(self, mentions: int) -> None:
        """Count a batch by its size."""
        self._batches.observe(mentions)

    def inference(self, seconds: float) -> None:
        """Time a batch."""
        self._inference.observe(seconds)

    def model(self, model: LiveModel) -> None:
        """Tell which model answers from now on."""
        self._model.clear()
        self._model.labels(**model.named(), identity=model.identity[:12]).set(1)
        self._reloads.labels("loaded").inc()

    def model_refused(self) -> None:
        """Count a new model that was not taken."""
        self._reloads.labels("refused").inc()

    def text(self) -> bytes:
        """Return everything in the format of Prometheus."""
        return generate_latest(self._registry)
