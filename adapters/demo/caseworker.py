"""Haarlem's case system in the demo: registers and asks over the API, as any case system would."""

from __future__ import annotations

import csv
import io
import secrets
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2

from hub.errors import Code, RefusedError

EMPLOYEE: Final = "demo-consulent"
ANSWER_S: Final = 30.0
IMPORT_S: Final = 120.0
LOOK_S: Final = 0.2


@dataclass(frozen=True)
class Row:
    """What an import says of one row."""

    number: str
    result: str
    case: str
    words: str


def _said_of(answer: httpx2.Response) -> str:
    """Why Haarlem's API refused: its title and detail, which have no values."""
    said = answer.json()
    return f"{said.get('title')} {said.get('detail', '')}"


class CaseSystem:
    """A client of `/v1` with a token of its own."""

    def __init__(self, port: int, token: str) -> None:
        self._http = httpx2.Client(
            base_url=f"http://127.0.0.1:{port}/v1",
            headers={"Authorization": f"Bearer {token}", "Medewerker-Id": EMPLOYEE},
            timeout=ANSWER_S,
            trust_env=False,
        )

    def reachable(self) -> bool:
        """The API answers."""
        try:
            return self._http.get("/openapi.json").status_code == httpx2.codes.OK
        except httpx2.TransportError:
            return False

    def import_file(self, file: Path, *, confirmed: int | None = None) -> list[Row]:
        """Hands in a CSV file and returns what became of each row."""
        answer = self._http.post(
            "/importen",
            content=file.read_bytes(),
            headers={"Content-Type": "text/csv", "Idempotency-Key": secrets.token_hex(16)},
            params={} if confirmed is None else {"aantalPauzes": confirmed},
        )
        answer.raise_for_status()
        result = self._http.get(f"/importen/{self._finished(answer.json())}/resultaat")
        result.raise_for_status()
        rows = csv.DictReader(io.StringIO(result.text.removeprefix("\ufeff")), delimiter=";")
        return [Row(row["klantnummer_shv"], row["uitkomst"], row["zaak"], row["toelichting"]) for row in rows]

    def _finished(self, job: dict[str, Any]) -> str:
        """Follows an import until it is ready; returns its id."""
        end = time.monotonic() + IMPORT_S
        while job["stand"] != "klaar" and time.monotonic() < end:
            time.sleep(LOOK_S)
            answer = self._http.get(f"/importen/{job['id']}")
            answer.raise_for_status()
            job = answer.json()
        return str(job["id"])

    def case(self, case_id: str) -> dict[str, Any]:
        """How a case stands."""
        answer = self._http.get(f"/schuldenrust/{case_id}")
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def calls(self) -> list[dict[str, Any]]:
        """Where the consulent must call."""
        answer = self._http.get("/belpunten")
        answer.raise_for_status()
        found: list[dict[str, Any]] = answer.json()["belpunten"]
        return found

    def act(self, path: str, content: dict[str, Any]) -> dict[str, Any]:
        """An act on a case or conversation; how it stands afterwards."""
        answer = self._http.post(path, json=content, headers={"Idempotency-Key": secrets.token_hex(16)})
        if not answer.is_success:
            raise RefusedError(Code.OUTSIDE_REFUSED, f"{path.rpartition('/')[2]}: {_said_of(answer)}")
        found: dict[str, Any] = answer.json()
        return found

    def ask(self, path: str) -> dict[str, Any]:
        """What stands at an address of the API."""
        answer = self._http.get(path)
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()
        return found

    def talks(self, case_id: str) -> list[dict[str, Any]]:
        """Every line of a case's overview: with whom, what about, in which state, whose turn."""
        lines: list[dict[str, Any]] = self.ask(f"/schuldenrust/{case_id}/overzicht")["gesprekken"]
        return lines

    def close(self) -> None:
        """Closes the connection."""
        self._http.close()
