"""A Ray cluster for the time of a run: one that is there, or one of our own on this machine."""

from __future__ import annotations

import logging
import os
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, redirect_stdout

from mentionlens.cpu import available_cpus

from mentionlens_data.scoring.errors import ScoringError

__all__ = ["check_ray", "ray_cluster"]

_ADDRESS = "RAY_ADDRESS"
_OWN = "local"
_KNOCK_SECONDS = 10.0
# Nothing is sent anywhere. The core of Ray calls it an error that Ray Data hands its actors what
# they do by reference, and every run would print that; what goes wrong comes as an exception, too.
_QUIET = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_BACKEND_LOG_LEVEL": "fatal"}


def check_ray() -> None:
    """Look for Ray Data.

    Raises:
        ScoringError: it is not installed; the message names the extra.
    """
    try:
        import ray.data  # noqa: F401
    except ImportError as error:
        raise ScoringError(
            f'--engine ray needs the ray extra: pip install "mentionlens[ray]" ({error}); '
            "--engine local does without"
        ) from error


@contextmanager
def ray_cluster(address: str | None, processors: int | None = None) -> Iterator[int]:
    """Give the processors of a cluster.

    A process that is connected stays so. Without an address, `RAY_ADDRESS` counts, as everywhere
    in Ray; without that, a cluster is started on this machine, and stopped when the block ends. A
    cluster that was joined is left as it was.

    Args:
        address: of a cluster, `auto` for the one that runs on this machine, or None.
        processors: that a cluster of our own gives at least; None: those that are available here.

    Raises:
        ScoringError: there is no such cluster.
    """
    import ray

    with ExitStack() as stack:
        stack.enter_context(_ray_data_context())
        if ray.is_initialized():
            if address is not None:
                raise ScoringError(
                    f"{address}: this process is connected to a Ray cluster already, which is used "
                    "when no address is given"
                )
        else:
            stack.enter_context(_environment())
            # Ray prints to standard output what it has to say of the cluster.
            stack.enter_context(redirect_stdout(sys.stderr))
            _connect(address or os.environ.get(_ADDRESS) or _OWN, processors)
            # Ends a cluster that `_connect` started; from another one it only takes its leave.
            stack.callback(ray.shutdown)
        yield int(ray.cluster_resources().get("CPU", 0))


def _connect(address: str, processors: int | None) -> None:
    import ray

    own = address == _OWN
    try:
        _knock(address)
        ray.init(
            address=address,
            num_cpus=max(available_cpus(), processors or 1) if own else None,
            include_dashboard=False if own else None,
            log_to_driver=False,
            logging_level=logging.ERROR,
        )
    except Exception as error:  # Ray's exceptions share no narrower base
        why = " ".join(str(error).split())
        if own:
            message = f"no Ray cluster can be started here ({why}); --ray-address names another"
        else:
            message = (
                f"{address}: no Ray cluster answers ({why}); one that asks for a token needs "
                "RAY_AUTH_MODE=token, see Ray's manual"
            )
        raise ScoringError(f"{message}; --engine local does without") from error


def _knock(address: str) -> None:
    """See whether anything listens at HOST:PORT; Ray would wait for minutes until it does.

    Raises:
        OSError: nothing does.
    """
    host, _, port = address.rpartition(":")
    if host and port.isdecimal() and "/" not in host:
        with socket.create_connection((host.strip("[]"), int(port)), timeout=_KNOCK_SECONDS):
            pass


@contextmanager
def _environment() -> Iterator[None]:
    before = {name: os.environ.get(name) for name in _QUIET}
    os.environ.update(_QUIET)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextmanager
def _ray_data_context() -> Iterator[None]:
    """Let Ray Data say nothing beside our own progress, and raise what was raised in an actor."""
    from ray.data import DataContext

    logger, context = logging.getLogger("ray.data"), DataContext.get_current()
    ours = {
        "enable_progress_bars": False,
        "print_on_execution_start": False,
        "raise_original_map_exception": True,
    }
    level, before = logger.level, {name: getattr(context, name) for name in ours}
    # What it logs as an error, it raises as well.
    logger.setLevel(logging.CRITICAL + 1)
    for name, value in ours.items():
        setattr(context, name, value)
    try:
        yield
    finally:
        logger.setLevel(level)
        for name, value in before.items():
            setattr(context, name, value)
