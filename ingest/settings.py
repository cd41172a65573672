"""Where the index lives and what embeds it. The environment is read once, in `from_env()`."""

from __future__ import annotations

from pathlib import Path
from typing import Self

import platformdirs
from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, EnvSettingsSource, PydanticBaseSettingsSource, SettingsConfigDict

from ingest.errors import IngestError

LOCAL_INDEX = Path(".pilcrow")


class SettingsError(IngestError):
    """A setting has a value that Pilcrow cannot use."""


def default_index() -> Path:
    """`./.pilcrow` where that folder is, as git finds its own; else the user's data folder."""
    return LOCAL_INDEX if LOCAL_INDEX.is_dir() else platformdirs.user_data_path("pilcrow") / "index"


class IndexSettings(BaseSettings):
    """What `ingest` needs to know. Built from keyword arguments alone, or by `from_env()` from the environment."""

    model_config = SettingsConfigDict(
        env_prefix="PILCROW_", env_ignore_empty=True, frozen=True, extra="forbid", populate_by_name=True
    )

    index: Path = Field(default_factory=default_index)
    embedding: str = "local"
    model_dir: Path | None = None
    openai_api_key: SecretStr | None = Field(default=None, validation_alias="OPENAI_API_KEY")
    openai_base_url: str | None = Field(default=None, validation_alias="OPENAI_BASE_URL")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # the signature is pydantic-settings' own
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Keyword arguments only: `Settings(...)` must not depend on the environment."""
        return (init_settings,)

    @classmethod
    def from_env(cls) -> Self:
        """Read `PILCROW_*` and `OPENAI_*`. Raises `SettingsError` that names the variable and what it may be."""
        try:
            return cls(**EnvSettingsSource(cls)())
        except ValidationError as error:
            first = error.errors()[0]
            field = str(first["loc"][0])
            name = field if field.startswith("OPENAI_") else f"PILCROW_{field.upper()}"
            raise SettingsError(f"{name} is {first['input']!r}: {first['msg'].lower()}.") from None
