"""What can be set at the debt helper, from one TOML file; read once, by the process that starts the adapter.

Terms, maxima and the covenant are assumptions (domain.md 2, marked A): they are settings and no constants.
"""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from adapters.haarlem.ddas.settings import DdasSettings
from adapters.haarlem.page_settings import PageSettings
from hub.toml import load_toml
from schemas.identifiers import Email, Name, Phone


class VishSupply(StrEnum):
    """Who tells VISH: this adapter, or the case system by its own supply, so that nobody is registered twice."""

    HUB = "hub"
    CASE_SYSTEM = "zaaksysteem"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class ContactSettings(_Part):
    """Whom parties call when a case names nobody: a telephone number or a mail address at least."""

    name: Name = "Team Schuldhulpverlening Haarlem"
    phone: Phone | None = None
    email: Email | None = "schuldhulp@haarlem.example"


class Terms(_Part):
    """Terms in working days, used where the agreement in the register sets none."""

    vish: int = Field(default=2, ge=1)
    tax: int = Field(default=2, ge=1)
    creditor: int = Field(default=10, ge=1)
    end: int = Field(default=2, ge=1)
    receipt: int = Field(default=5, ge=1, description="without a receipt this long, somebody calls")
    call: int = Field(default=1, ge=1, description="what cannot be sent is called within this time")
    balance: int = Field(default=10, ge=1)
    proposal: int = Field(default=10, ge=1)
    reconsideration: int = Field(default=10, ge=1)
    referral_receipt: int = Field(default=1, ge=1)
    referral_answer: int = Field(default=3, ge=1, description="a referral is accepted or rejected")
    first_talk_days: int = Field(default=28, ge=1, description="calendar days to the first talk after a referral")
    first_talk_urgent: int = Field(default=3, ge=1, description="working days, where something threatens")
    heartbeat_days: int = Field(default=30, ge=1, description="calendar days in which the target says something")
    start_told_days: int = Field(default=14, ge=1, description="calendar days in which a start of bewind is told")
    dossier_months: int = Field(default=3, ge=1)
    advice_days: int = Field(default=28, ge=1, description="calendar days to our advice on a dossier")
    incident: int = Field(default=2, ge=1, description="collecting in spite of a pause is answered")
    rest_request: int = Field(default=1, ge=1, description="rest that another helper asks for is arranged")
    status_request: int = Field(default=10, ge=1)
    clock_days: int = Field(default=120, ge=1, description="calendar days from the first balance asked to agreement")
    outer_months: int = Field(default=8, ge=1, description="and the outer limit of that")


class Rules(_Part):
    """What the acts keep to; days are working days."""

    end_notice: int = Field(default=5, ge=0, description="an end lies at least this far ahead")
    danger: int = Field(default=10, ge=0, description="rest is in danger when it ends within this time")
    warnings: tuple[int, ...] = Field(default=(14, 3), description="how long before an end somebody is warned")
    maximum_months: int = Field(default=8, ge=1, description="longest pause where the agreement sets no maximum")
    confirm_above: int = Field(default=5, ge=0, description="an act that ends more pauses must name their number")
    fetching: tuple[str, ...] = Field(
        default=(), description="OINs of parties that fetch their messages: their terms count from `opgehaald`"
    )
    covenant: tuple[str, ...] = Field(
        default=(), description="ids of agreements under which a pause counts from delivery"
    )


class Mandate(_Part):
    """Whose requests are carried out without a person: roles in the register."""

    rest: tuple[str, ...] = Field(default=("KBN",), description="may have rest asked, extended and ended")


class ApiSettings(_Part):
    """Where the case system finds us, and how much it may send at once."""

    host: str = "127.0.0.1"
    port: int = Field(default=8090, ge=0, le=65535)
    url: str = "https://localhost:8090"
    certificate: Path | None = None
    private_key: Path | None = None
    most_json_bytes: int = Field(default=262_144, ge=1024)
    most_csv_bytes: int = Field(default=5_242_880, ge=1024)
    contact_name: str = "Beheer schuldhub"
    contact_email: str = "beheer@schuldhub.example"
    contact_url: str = "https://schuldhub.example/contact"


class Settings(_Part):
    """Everything that can be set at the debt helper."""

    connection_code: str = Field(min_length=1, max_length=64, description="aansluitcode bij VISH")
    vish_supply: VishSupply = VishSupply.HUB
    contact: ContactSettings = ContactSettings()
    terms: Terms = Terms()
    rules: Rules = Rules()
    mandate: Mandate = Mandate()
    api: ApiSettings = ApiSettings()
    ddas: DdasSettings = DdasSettings()
    page: PageSettings | None = None
    sweep_s: float = Field(default=60, gt=0, description="seconds between two looks at terms and end dates")
    answers_kept_days: int = Field(default=30, ge=1, description="how long the answer to an idempotency key is kept")


def load_settings(path: Path) -> Settings:
    """Reads the file; a relative path in it is meant from the file's own folder.

    Raises:
        RefusedError: `settings_invalid`, with the name of the file or of the first setting that is wrong.
    """
    settings = load_toml(Settings, path)
    api = settings.api
    found = {
        name: path.parent / value
        for name, value in (("certificate", api.certificate), ("private_key", api.private_key))
        if value is not None
    }
    page = None if settings.page is None else settings.page.beside(path.parent)
    return settings.model_copy(update={"api": api.model_copy(update=found), "page": page})
