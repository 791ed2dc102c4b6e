"""An outside system with its own book, as a process of its own: standard library only, and nothing of ours.

    python outside.py BOOK.db PORT

`POST /act {"key", "order", "what", "keyed"}` does an act and writes down that it was asked and what it did. Where it
is asked with a key it does the act once for it; without one every time. `switch` in the book makes it misbehave:
`down` answers 503, `silent` does the act and ends the connection without an answer.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

SCHEMA = """
CREATE TABLE IF NOT EXISTS asked (id INTEGER PRIMARY KEY, key TEXT, ord INTEGER, what TEXT, moment REAL);
CREATE TABLE IF NOT EXISTS effect (id INTEGER PRIMARY KEY, key TEXT, ord INTEGER, what TEXT);
CREATE INDEX IF NOT EXISTS effect_key ON effect (key);
CREATE TABLE IF NOT EXISTS switch (name TEXT PRIMARY KEY, value TEXT);
"""


class Book:
    """The system's own record."""

    def __init__(self, path: str) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.executescript(SCHEMA)

    def switched(self, name: str) -> str | None:
        """The value of a switch."""
        with self._lock:
            row = self._database.execute("SELECT value FROM switch WHERE name = ?", (name,)).fetchone()
        return None if row is None else str(row[0])

    def act(self, asked: dict[str, Any]) -> bool:
        """Does what is asked; True when it had been done before."""
        with self._lock:
            values = (asked["key"], asked["order"], asked["what"])
            self._database.execute(
                "INSERT INTO asked (key, ord, what, moment) VALUES (?, ?, ?, julianday('now'))", values
            )
            done = self._database.execute("SELECT 1 FROM effect WHERE key = ?", values[:1]).fetchone()
            if done is not None and asked["keyed"]:
                return True
            self._database.execute("INSERT INTO effect (key, ord, what) VALUES (?, ?, ?)", values)
            return False


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    book: Book

    def do_POST(self) -> None:
        """An act."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.book.switched("down"):
            self._answer(503, {})
            return
        again = self.book.act(asked)
        if self.book.switched("silent"):
            self.close_connection = True
            return
        self._answer(200, {"again": again})

    def do_GET(self) -> None:
        """It is there."""
        self._answer(200, {})

    def _answer(self, status: int, content: dict[str, Any]) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


def main(path: str, port: int) -> None:
    """Serves until it is ended."""
    Handler.book = Book(path)
    ThreadingHTTPServer(("127.0.0.1", port), Handler).serve_forever()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
