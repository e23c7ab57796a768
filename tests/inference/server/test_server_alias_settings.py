"""What is wrong with an alias is said before anything is served."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from mentionlens.server.command import main
from mentionlens.server.model_registry import ModelAlias


@pytest.mark.parametrize(
    "text", ["mentionlens@champion", "models:/mentionlens/3", "models:/@champion", "models:/m@", ""]
)
def test_what_is_no_alias_is_refused(text, capsys):
    assert main(["--model", text]) == 2
    assert "is no alias of a registered model: models:/NAME@ALIAS" in capsys.readouterr().err


def test_an_alias_has_a_name_and_an_alias():
    assert ModelAlias.parse("models:/care team@champion") == ModelAlias("care team", "champion")
    assert str(ModelAlias("m", "champion")) == "models:/m@champion"


def test_a_bundle_and_an_alias_are_one_too_many(tmp_path, capsys):
    assert main(["--model", "models:/m@champion", "--bundle", str(tmp_path)]) == 2
    assert "bundle and model are two answers to one question" in capsys.readouterr().err


def test_without_mlflow_a_line_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "mlflow", None)
    monkeypatch.setenv("MENTIONLENS_MODEL", "models:/m@champion")
    assert main([]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert 'pip install "mentionlens[tracking]"' in line


def test_the_service_itself_imports_no_mlflow():
    program = "import sys, mentionlens.server.command; sys.exit('mlflow' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], env=os.environ, check=False)
    assert done.returncode == 0
