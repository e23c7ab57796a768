"""`mentionlens verify`: replays a bundle's golden texts on this machine."""

from __future__ import annotations

import argparse

from mentionlens.bundle import packaged_bundle_path
from mentionlens.verification import verify_bundle

__all__ = ["SUMMARY", "add_arguments", "run"]

SUMMARY = "check a bundle on this machine: files, checksums, graph, golden texts"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "path", nargs="?", metavar="BUNDLE", help="folder of the bundle (default: the packaged one)"
    )
    parser.add_argument("--bundle", metavar="DIR", help="the same as BUNDLE")


def run(arguments: argparse.Namespace) -> int:
    """Print each check, and what to do about it, on standard output; return 1 when one failed."""
    path = arguments.path or arguments.bundle or packaged_bundle_path()
    report = verify_bundle(path)
    for check in report.checks:
        print(f"{'ok  ' if check.passed else 'FAIL'}  {check.name}: {check.detail}")
    if report.advice:
        print(report.advice)
    print(f"{report.path}: {'verified' if report.passed else 'NOT verified'}")
    return 0 if report.passed else 1
