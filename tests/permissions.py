"""Who may open what, made from the routes; `python -m tests.permissions` writes docs/console-permissions.md."""

from __future__ import annotations

from pathlib import Path

from hub.console.app import PAGES
from hub.console.roles import ROLE_NAMES, Permission, Role, allowed

FILE = Path(__file__).parents[1] / "docs" / "console-permissions.md"


def table() -> list[str]:
    """The lines of the table."""
    lines = [
        "| route | asks for | " + " | ".join(ROLE_NAMES[role] for role in Role) + " | without a session |",
        "|---|---|" + "---|" * (len(Role) + 1),
    ]
    for page in sorted(PAGES, key=lambda page: (page.path, page.method)):
        cells = ["yes" if allowed(page.permission, {role}) else "no" for role in Role]
        open_to_all = page.permission == Permission.ANYBODY
        outside = "yes" if open_to_all else "sign in" if page.method == "GET" else "refused"
        lines.append(f"| `{page.method} {page.path}` | `{page.permission}` | " + " | ".join([*cells, outside]) + " |")
    return lines


if __name__ == "__main__":
    text = FILE.read_text(encoding="utf-8").partition("\n| ")[0]
    FILE.write_text(text + "\n" + "\n".join(table()) + "\n", encoding="utf-8")
