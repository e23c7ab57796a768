"""What can be set of the service: by the command line, or `MENTIONLENS_*` in the environment."""

from __future__ import annotations

import ipaddress
from pathlib import Path

from pydantic import Field, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from mentionlens.cpu import default_threads
from mentionlens.errors import MentionlensError
from mentionlens.server.model_registry import ModelAlias

__all__ = ["Settings", "SettingsError"]


class SettingsError(MentionlensError, ValueError):
    """The service cannot run with these settings."""


class Settings(BaseSettings):
    """The settings of one service; times in seconds.

    Attributes:
        host: address to listen on; anything but loopback wants keys, or `allow_anonymous`.
        port: of TCP; 0 lets the system choose.
        bundle: folder of the bundle; None is the packaged one.
        model: in place of a folder, an alias of MLflow's registry that is followed,
            `models:/NAME@ALIAS`.
        cache: folder for the bundles of `model`; None is the user's folder of caches.
        keys: file of API keys' hashes; None lets everybody in.
        playbook: TOML file of what `/v1/triage` decides by; None is the packaged one.
        allow_anonymous: listen beyond loopback without keys.
        allowed_hosts: names that the Host header may have; empty: on loopback those of loopback,
            elsewhere any.
        threads: runs of the graph side by side.
        watch: between two looks at the bundle, or at the alias, for a new model; 0 reloads on
            SIGHUP only.
        most_body: bytes of a request's body, except of `/v1/score`, which has no end.
        most_items: mentions of a request.
        most_characters: of one mention.
        most_waiting: mentions that wait for the model before the service says that it is full.
        most_in_flight: requests of one client (a key, or an address) at a time.
        deadline: for a request's answer; it is also the longest wait for the head of a request,
            and for the next part of a body.
        batch_items: mentions that are handed to the model at a time.
        batch_characters: the same in characters, which bounds their pieces.
        batch_wait: for more mentions to come, where the graph gains from them.
        drain: how long the service goes on taking connections after SIGTERM, so that load
            balancers see `/health/ready` fail first.
        access_log: a line for each request, without any text of mentions.
    """

    model_config = SettingsConfigDict(env_prefix="MENTIONLENS_", extra="forbid", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(8080, ge=0, le=65535)
    bundle: Path | None = None
    model: str | None = None
    cache: Path | None = None
    keys: Path | None = None
    playbook: Path | None = None
    allow_anonymous: bool = False
    allowed_hosts: tuple[str, ...] = ()
    threads: int = Field(default_factory=default_threads, ge=1)
    watch: float = Field(5.0, ge=0)
    most_body: int = Field(4 << 20, ge=1024)
    most_items: int = Field(1000, ge=1)
    most_characters: int = Field(100_000, ge=1)
    most_waiting: int = Field(4000, ge=1)
    most_in_flight: int = Field(128, ge=1)
    deadline: float = Field(30.0, gt=0)
    batch_items: int = Field(16, ge=1)
    batch_characters: int = Field(8000, ge=1)
    batch_wait: float = Field(0.002, ge=0, le=1)
    drain: float = Field(1.0, ge=0)
    access_log: bool = False

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the service."""
        if self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names that the Host header may have; empty for any.

        A web page that its name's server sends to 127.0.0.1 (DNS rebinding) must not read answers.
        """
        if self.allowed_hosts or not self.is_loopback:
            return self.allowed_hosts
        return ("localhost", "127.0.0.1", "[::1]", self.host)

    @model_validator(mode="after")
    def _is_safe(self) -> Settings:
        if self.keys is None and not self.allow_anonymous and not self.is_loopback:
            raise ValueError(
                f"host: {self.host} can be reached from other machines, and there are no API "
                "keys; name a file of them (--keys), or say that everybody may come in "
                "(--allow-anonymous)"
            )
        if self.model is not None:
            ModelAlias.parse(self.model)
            if self.bundle is not None:
                raise ValueError("bundle and model are two answers to one question; name one")
        if self.most_waiting < self.most_items:
            raise ValueError(
                f"most_waiting: {self.most_waiting} is less than the {self.most_items} mentions "
                "of one request"
            )
        return self
