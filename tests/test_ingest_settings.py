"""Settings: from keyword arguments, or from the environment in one place."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant import Settings
from ingest.settings import SettingsError


def test_the_environment_is_read_in_from_env_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILCROW_MODEL", "from-the-environment")
    assert Settings().model != "from-the-environment"
    assert Settings.from_env().model == "from-the-environment"


def test_an_empty_variable_is_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "")
    assert Settings.from_env().answer_mode() == "extractive"


@pytest.mark.parametrize("name", ["OPENAI_API_KEY", "OPENAI_BASE_URL"])
def test_a_key_or_an_address_means_a_model_answers(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "http://127.0.0.1:9/v1")
    assert Settings.from_env().answer_mode() == "llm"


def test_the_mode_can_be_forced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    monkeypatch.setenv("PILCROW_MODE", "extractive")
    assert Settings.from_env().answer_mode() == "extractive"


def test_a_bad_value_names_the_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PILCROW_MODE", "fast")
    with pytest.raises(SettingsError) as caught:
        Settings.from_env()
    assert str(caught.value) == "PILCROW_MODE is 'fast': input should be 'auto', 'llm' or 'extractive'."


def test_a_key_does_not_show_in_print() -> None:
    assert "sk-secret" not in repr(Settings(openai_api_key="sk-secret"))


def test_the_index_is_the_folders_own_where_there_is_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert Settings().index.is_absolute()
    (tmp_path / ".pilcrow").mkdir()
    assert Settings().index == Path(".pilcrow")
