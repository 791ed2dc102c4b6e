"""The software of the bewindvoerder's office in the demo: a client of the portal's API with a token of its own."""

from __future__ import annotations

import secrets
from typing import Any, Final

import httpx2

ANSWER_S: Final = 30.0


class OfficeSoftware:
    """Files and reads over `/v1`, as any office software would."""

    def __init__(self, portal: str, token: str) -> None:
        self._http = httpx2.Client(
            base_url=f"{portal}/v1",
            headers={"Authorization": f"Bearer {token}"},
            timeout=ANSWER_S,
            trust_env=False,
        )

    def reachable(self) -> bool:
        """The API answers."""
        try:
            return self._http.get("/openapi.json").status_code == httpx2.codes.OK
        except httpx2.TransportError:
            return False

    def begin(self, start: dict[str, Any]) -> str:
        """Tells of a bewind; the case in which it is."""
        return str(self._post("/bewinden", {"inhoud": start})["zaak"])

    def tell(self, case: str, kind: str, content: dict[str, Any]) -> None:
        """Says something in a bewind that runs."""
        self._post(f"/zaken/{case}/berichten", {"soort": kind, "inhoud": content})

    def received(self, kind: str) -> list[str]:
        """Ids of letters of this kind that came."""
        answer = self._http.get("/berichten")
        answer.raise_for_status()
        return [one["id"] for one in answer.json()["berichten"] if one["richting"] == "in" and one["soort"] == kind]

    def read(self, letter: str) -> dict[str, Any]:
        """Opens a letter; what it says."""
        answer = self._http.get(f"/berichten/{letter}")
        answer.raise_for_status()
        found: dict[str, Any] = answer.json()["inhoud"]
        return found

    def _post(self, path: str, content: dict[str, Any]) -> dict[str, Any]:
        answer = self._http.post(path, json=content, headers={"Idempotency-Key": secrets.token_hex(16)})
        answer.raise_for_status()
        made: dict[str, Any] = answer.json()
        return made
