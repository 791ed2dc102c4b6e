"""The page for case workers in this process, on a debt helper of its own, with somebody signed in."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from adapters.haarlem.page.site import PageSite
from adapters.haarlem.page_settings import PageSettings
from hub.web.sessions import Session as WebSession
from hub.web.sessions import User, new_token
from tests.unit.haarlem.desk import Desk

URL = "http://127.0.0.1:8471"


def page_settings(folder: Path, **changes: object) -> PageSettings:
    """A page on any free port of loopback; its issuer is nowhere unless given."""
    secret = folder / "client-secret"
    secret.touch(mode=0o600)
    secret.write_text("niet-geheim", encoding="ascii")
    given = {
        "url": URL,
        "port": 0,
        "issuer": "http://127.0.0.1:9",
        "client_id": "consulent",
        "client_secret_file": secret,
    }
    return PageSettings.model_validate(given | changes)


@dataclass
class Worker:
    """A case worker in front of the page."""

    desk: Desk
    site: PageSite
    http: TestClient
    csrf: str

    @classmethod
    def at(cls, desk: Desk, site: PageSite, *roles: str, subject: str = "m-7") -> Worker:
        """Somebody who is signed in, as a case worker unless told otherwise."""
        token, now = new_token(), desk.clock.now()
        session = WebSession(
            User(subject, "Carla Consulent", frozenset(roles or ("consulent",))),
            new_token(),
            now,
            now + site.desk.terms.whole,
        )
        with desk.ledger.begin() as tx:
            site.desk.sessions.add(tx, token, session)
        http = TestClient(
            site.app,
            base_url=site.desk.origin,
            cookies={site.desk.terms.cookie: token},
            headers={"accept": "text/html"},
            follow_redirects=False,
            raise_server_exceptions=False,
        )
        return cls(desk, site, http, session.csrf)

    def get(self, path: str) -> Response:
        """A page."""
        return self.http.get(path)

    def post(self, path: str, **fields: str | list[str]) -> Response:
        """A form, as this session was shown it."""
        return self.http.post(path, data={"csrf": self.csrf, **fields})

    def send(self, path: str, fields: dict[str, Any]) -> Response:
        """A form by the names of its fields."""
        return self.http.post(path, data={"csrf": self.csrf, **fields})

    def confirm(self, path: str, shown: Response, **more: str) -> Response:
        """Confirms what is shown, with everything that the page holds hidden."""
        found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', shown.text)
        hidden: dict[str, list[str]] = {}
        for name, value in found:
            hidden.setdefault(unescape(name), []).append(unescape(value))
        return self.http.post(path, data=hidden | {"bevestigd": "ja"} | more)
