"""What the assistant needs to know beyond the index: how to answer, and with which model."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr

from assistant.types import Mode
from ingest.settings import IndexSettings


class Settings(IndexSettings):
    """All settings. `Settings.from_env()` reads `PILCROW_*` and `OPENAI_*`; see the README for the list."""

    mode: Literal["auto", "llm", "extractive"] = "auto"
    model: str = "gpt-4.1-mini"
    passages: int = Field(default=8, ge=1, le=100, description="Paragraphs that an answer is made from.")
    reranker: Literal["off", "model"] = Field(default="off", description="`model`: the answering model ranks passages.")
    reranker_dir: Path | None = Field(default=None, description="Folder of a cross-encoder that ranks passages.")
    prompt_tokens: int = Field(default=6_000, ge=256, description="Token budget for the paragraphs in a prompt.")
    context_tokens: int | None = Field(default=None, ge=512, description="The model's context; a prompt is kept in it.")
    answer_tokens: int = Field(default=4_000, ge=64, description="Most tokens that a reply may have.")
    question_tokens: int | None = Field(default=None, ge=512, description="Most tokens that one question may take.")
    prompt_price: float | None = Field(default=None, ge=0, description="Price of a million tokens sent.")
    completion_price: float | None = Field(default=None, ge=0, description="Price of a million tokens received.")
    nli_dir: Path | None = Field(default=None, description="Folder of a model that tells entailment, for the check.")
    judge: bool = Field(default=False, description="Whether the answering model judges each claim too.")
    read_timeout: float = Field(default=60.0, gt=0, description="Longest wait for the next piece of a reply, seconds.")
    models: str = Field(default="", description="Further models that the chat offers, with commas between.")
    auth: SecretStr | None = Field(default=None, description="Accounts of the chat: name:password,… or a file of such.")
    deadline: float = Field(default=300.0, gt=0, description="Longest wait for a whole answer, seconds.")

    def answer_mode(self) -> Mode:
        """`llm` where asked for, or where a key or an address is set; else `extractive`."""
        if self.mode != "auto":
            return self.mode
        return "llm" if self.openai_api_key or self.openai_base_url else "extractive"
