"""What can be set about the page for case workers; a part of the debt helper's settings."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field


class PageSettings(BaseModel):
    """Where the page is, who says who somebody is, and who of them are case workers."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    url: str = Field(description="as visitors type it, without a path")
    host: str = "127.0.0.1"
    port: int = Field(default=8091, ge=0, le=65535)
    certificate: Path | None = None
    private_key: Path | None = None
    issuer: str
    client_id: str
    client_secret_file: Path
    roles_claim: str = "roles"
    roles: dict[str, str] = Field(
        default={"consulent": "consulent"}, description="names of the issuer and ours, which is consulent"
    )
    session_hours: int = Field(default=9, ge=1, le=24)
    idle_minutes: int = Field(default=30, ge=5, le=240)
    tokens: Path | None = None

    def beside(self, folder: Path) -> PageSettings:
        """The same with its files meant from that folder."""
        names = ("certificate", "private_key", "client_secret_file", "tokens")
        files = {name: folder / value for name in names if (value := getattr(self, name)) is not None}
        return self.model_copy(update=files)
