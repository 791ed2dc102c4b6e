"""Somebody at a site of the demo as a browser would show it: signed in at the issuer, pages read, forms sent."""

from __future__ import annotations

import html
import re
from typing import Final

import httpx2

from adapters.demo.issuer import Person
from adapters.demo.sites import Site
from hub.errors import Code, RefusedError

ANSWER_S: Final = 30.0
_TOKEN: Final = re.compile(r'name="csrf" value="([^"]+)"')
_TAG: Final = re.compile(r"<[^>]+>")


class Browser:
    """One person at one site. A page that is not shown is an error."""

    def __init__(self, site: Site, person: Person) -> None:
        """Signs in: from the site to its issuer, which asks who it is, and back with a code."""
        self._http = httpx2.Client(timeout=ANSWER_S, trust_env=False, headers={"Accept": "text/html"})
        self._site = site
        self._token = ""
        asked = self._http.get(f"{site.url}/aanmelden/start").headers["location"]
        back = self._http.get(f"{asked}&person={person.subject}").headers["location"]
        entered = self._http.get(back)
        if entered.status_code != httpx2.codes.SEE_OTHER:
            raise RefusedError(Code.OUTSIDE_REFUSED, f"{person.name}: {entered.status_code}")

    def open(self, path: str) -> str:
        """A page, after any redirections; its HTML."""
        return self._shown(self._http.get(f"{self._site.url}{path}", follow_redirects=True))

    def send(self, path: str, **fields: str) -> str:
        """A form, as the last page had it; the HTML of where it leads."""
        form = {"csrf": self._token, **fields}
        return self._shown(self._http.post(f"{self._site.url}{path}", data=form, follow_redirects=True))

    def _shown(self, answer: httpx2.Response) -> str:
        if not answer.is_success:
            raise RefusedError(Code.OUTSIDE_REFUSED, f"{answer.request.url.path}: {answer.status_code}")
        found = _TOKEN.search(answer.text)
        self._token = html.unescape(found[1]) if found else self._token
        return answer.text

    def close(self) -> None:
        """Closes the window; the session ends by itself."""
        self._http.close()


def words_of(page: str) -> str:
    """What a page says, without its tags."""
    return " ".join(html.unescape(_TAG.sub(" ", page)).split())
