from __future__ import annotations

from pathlib import Path

import pytest
from mentionlens_data.cli import main
from mentionlens_data.errors import LabellingError
from mentionlens_data.labelling.agreement import disputes, measure_agreement
from mentionlens_data.labelling.passes import read_passes

HEAD = "id\tpass\tsentiment\ttroll\tcomplaint\n"


def save(folder: Path, *lines: str) -> Path:
    path = folder / "pl.tsv"
    path.write_text(HEAD + "".join("\t".join(line.split()) + "\n" for line in lines))
    return path


def test_kappa_is_what_it_says(tmp_path: Path) -> None:
    path = save(
        tmp_path,
        *(f"a{i} {p} negative no product" for i in range(4) for p in (1, 2, "settled")),
        *(f"b{i} {p} positive no none" for i in range(4) for p in (1, 2, "settled")),
        *("c 1 neutral no none", "c 2 positive no none", "c settled neutral no none"),
        *("d 1 negative no other", "d 2 negative no service", "d settled negative no service"),
        "only-one 1 negative yes none",
    )
    passes = read_passes(path)
    found = {item.task: item for item in measure_agreement(passes)}
    assert found["sentiment"].mentions == 10
    assert found["sentiment"].same == pytest.approx(0.9)
    # 9 of 10 agree; by chance 0.5 * 0.5 + 0.4 * 0.5 = 0.45 would: (0.9 - 0.45) / (1 - 0.45).
    assert found["sentiment"].kappa == pytest.approx(0.45 / 0.55)
    assert found["sentiment"].first_kept == 1.0
    assert found["complaint"].first_kept == 0.0
    assert found["troll"].kappa is None
    assert [(d.id, d.task, d.settled) for d in disputes(passes)] == [
        ("c", "sentiment", "neutral"),
        ("d", "complaint", "service"),
    ]


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["a 3 negative no none"], "line 2: field 'pass': '3' is not one of 1, 2, settled"),
        (["a 1 negative no late"], "line 2: field 'complaint': 'late' is not one of none, product"),
        (["a 1 negative no none", "a 1 neutral no none"], "line 3: pass 1 answers 'a' twice"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, lines: list[str], message: str) -> None:
    with pytest.raises(LabellingError, match=r"pl\.tsv") as caught:
        read_passes(save(tmp_path, *lines))
    assert message in str(caught.value)


def test_the_command_shows_table_and_disputes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = save(tmp_path, "a 1 negative no none", "a 2 neutral no none")
    assert main(["agreement", str(path)]) == 0
    assert "| pl | sentiment | 1 | 0.0 %" in capsys.readouterr().out
    assert main(["agreement", str(path), "--disputed"]) == 0
    shown = capsys.readouterr()
    assert '"id": "a"' in shown.out
    assert "| pl | troll |" in shown.err
    assert main(["agreement", str(tmp_path / "none.tsv")]) == 1
    assert "no such file" in capsys.readouterr().err
