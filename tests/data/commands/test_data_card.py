from __future__ import annotations

import json
from pathlib import Path

import pytest
from mentionlens_data.cli import main
from mentionlens_data.corpora.entry import LedgerEntry
from mentionlens_data.corpora.ledger import load_ledger

Captured = pytest.CaptureFixture[str]


@pytest.mark.parametrize("style", ["text", "markdown"])
@pytest.mark.parametrize("name", sorted(load_ledger()))
def test_a_card_shows_all_that_is_known(name: str, style: str, capsys: Captured) -> None:
    assert main(["card", name, "--format", style]) == 0
    shown = capsys.readouterr().out
    entry = load_ledger()[name]
    for fact in (entry.title, entry.use, entry.licence, entry.address, entry.obtain, entry.sha256):
        assert fact is not None
        assert fact.replace("|", "\\|") in shown if style == "markdown" else fact in shown
    assert entry.reason is None or entry.reason in shown
    for trap in entry.traps:
        assert trap.what in shown
        assert trap.handled in shown
    for figure in entry.published:
        assert figure.model in shown
        assert f"{figure.value:g}" in shown
    for rule in entry.rules:
        assert rule.drop is None or f"drop: {rule.drop}" in shown


def test_a_card_for_machines_is_the_entry(capsys: Captured) -> None:
    assert main(["card", "umsab", "--format", "jsonl"]) == 0
    (line,) = capsys.readouterr().out.splitlines()
    assert LedgerEntry.model_validate(json.loads(line)) == load_ledger()["umsab"]


def test_a_card_says_where_a_missing_set_is_to_be_had(tmp_path: Path, capsys: Captured) -> None:
    assert main(["card", "banking77", "--corpora", str(tmp_path)]) == 0
    shown = capsys.readouterr()
    assert "on_disk" in shown.out
    assert "missing" in shown.out
    assert "Get it from https://github.com/PolyAI-LDN" in shown.err
    assert "banking_data/train.csv" in shown.err
