"""The README is true: its commands are run, and print what it says. `python tests/test_readme.py` writes it anew."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from assistant import Settings

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
CONSOLE = re.compile(r"```console\n\$ ([^\n]+)\n(.*?)```", re.DOTALL)
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)
VARIABLE = re.compile(r"\b(?:PILCROW|OPENAI)_[A-Z_]+")


def console(command: str, index: Path) -> str:
    """What a command of the README prints on stdout, in the repository's folder."""
    left_out = {"COLUMNS", "LINES", "MAKEFLAGS", "MAKELEVEL", "MFLAGS"}
    environment = {
        name: value for name, value in os.environ.items() if not VARIABLE.fullmatch(name) and name not in left_out
    }
    environment |= {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}",
        "PILCROW_INDEX": str(index),
    }
    done = subprocess.run(
        ["bash", "-c", command], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout


@pytest.mark.parametrize(("command", "printed"), CONSOLE.findall(README.read_text(encoding="utf8")))
def test_a_command_prints_what_the_readme_says(command: str, printed: str, bundled_index: Path) -> None:
    assert console(command, bundled_index) == printed


def test_the_python_example_runs(bundled_index: Path) -> None:
    for code in PYTHON.findall(README.read_text(encoding="utf8")):
        environment = {**os.environ, "PILCROW_INDEX": str(bundled_index)}
        subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True)


def test_every_variable_is_a_setting() -> None:
    known = {f"PILCROW_{name.upper()}" for name in Settings.model_fields if not name.startswith("openai")}
    known |= {"OPENAI_API_KEY", "OPENAI_BASE_URL"}
    assert set(VARIABLE.findall(README.read_text(encoding="utf8"))) == known


def rewrite() -> None:
    """Run every command and put what it prints in its place."""
    with tempfile.TemporaryDirectory() as folder:
        console("pilcrow ingest", Path(folder) / "index")

        def run(block: re.Match[str]) -> str:
            return f"```console\n$ {block[1]}\n{console(block[1], Path(folder) / 'index')}```"

        README.write_text(CONSOLE.sub(run, README.read_text(encoding="utf8")), encoding="utf8")


if __name__ == "__main__":
    rewrite()
