"""The parts of a site that its settings alone decide: issuer, terms of its sessions, server, secrets."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from starlette.types import ASGIApp

from hub.errors import Code, RefusedError
from hub.secret import read_secret
from hub.web.addresses import encrypted_or_loopback
from hub.web.desk import SessionTerms
from hub.web.entrance import CALLBACK
from hub.web.server import WebServer
from hub.web.signin import Issuer


class SiteSettings(Protocol):
    """What a site must be told; a part of somebody's settings has these members."""

    @property
    def url(self) -> str:
        """As visitors type it, without a path."""
        ...

    @property
    def host(self) -> str:
        """Address to listen on; other than loopback only with TLS."""
        ...

    @property
    def port(self) -> int:
        """0 for any that is free."""
        ...

    @property
    def certificate(self) -> Path | None:
        """With a private key: TLS."""
        ...

    @property
    def private_key(self) -> Path | None:
        """Of the certificate."""
        ...

    @property
    def issuer(self) -> str:
        """Address of the OpenID Connect issuer."""
        ...

    @property
    def client_id(self) -> str:
        """What the issuer calls us."""
        ...

    @property
    def client_secret_file(self) -> Path:
        """What it gave us; 0600."""
        ...

    @property
    def roles_claim(self) -> str:
        """Claim of its token that names what somebody is."""
        ...

    @property
    def session_hours(self) -> int:
        """After it, sign in again."""
        ...

    @property
    def idle_minutes(self) -> int:
        """A session that is not used ends sooner."""
        ...


def issuer_of(settings: SiteSettings, roles: Mapping[str, str], part: str) -> Issuer:
    """The issuer of these settings; `roles` are its names and ours, `part` is the name of the settings.

    Raises:
        RefusedError: settings_invalid, with the name of the setting or file.
    """
    if not encrypted_or_loopback(settings.url):
        raise RefusedError(Code.SETTINGS_INVALID, f"{part}.url")
    client = (settings.client_id, read_secret(settings.client_secret_file))
    redirect_uri = settings.url + CALLBACK
    return Issuer(settings.issuer, client, redirect_uri, roles_claim=settings.roles_claim, roles=roles, part=part)


def terms_of(settings: SiteSettings, cookie: str) -> SessionTerms:
    """How long sessions last; `cookie` is the name of the cookie, without the prefix that binds it to https."""
    encrypted = settings.url.startswith("https:")
    return SessionTerms(
        timedelta(hours=settings.session_hours),
        timedelta(minutes=settings.idle_minutes),
        f"__Host-{cookie}" if encrypted else cookie,
        encrypted,
    )


def server_of(app: ASGIApp, settings: SiteSettings, part: str) -> WebServer:
    """The server of these settings.

    Raises:
        RefusedError: settings_invalid, for an address other than loopback without TLS.
    """
    tls = (settings.certificate, settings.private_key) if settings.certificate and settings.private_key else None
    return WebServer(app, settings.host, settings.port, part=part, tls=tls)
