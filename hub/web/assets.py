"""The files that a page is made of: read once, what comes from elsewhere only if its hash is the one we pinned.

Served under a name that holds their hash, so that a browser keeps them for good and never a stale one; the page says
which hash it expects, so that a file that was swapped on the way is not run.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hub.errors import Code, RefusedError, TamperedError

STATIC: Final = Path(__file__).parent / "static"
HASHES: Final = "vendor/SHA256SUMS"
TOKENS: Final = "tokens.css"


@dataclass(frozen=True, slots=True)
class Bundle:
    """Files that are served as one."""

    media_type: str
    files: tuple[Path, ...]


def styles(*own: Path) -> Bundle:
    """The components and layout of the kit, and a site's own after them."""
    return Bundle("text/css", (*sorted(STATIC.glob("vendor/utrecht-*.css")), STATIC / "web.css", *own))


def scripts(*vendored: str) -> Bundle:
    """Scripts from elsewhere, by name."""
    return Bundle("text/javascript", tuple(STATIC / "vendor" / name for name in vendored))


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served."""

    name: str
    media_type: str
    body: bytes

    @property
    def path(self) -> str:
        """Where it is served; another content is another path."""
        return f"/static/{hashlib.sha256(self.body).hexdigest()[:16]}/{self.name}"

    @property
    def integrity(self) -> str:
        """Its hash as a page states it (Subresource Integrity)."""
        return "sha384-" + base64.b64encode(hashlib.sha384(self.body).digest()).decode()


class Assets:
    """All files of a site by name."""

    def __init__(self, bundles: Mapping[str, Bundle], *, part: str, tokens: Path | None = None) -> None:
        """Reads them.

        Args:
            bundles: what is served, by the name that pages use.
            part: name of the part of the settings that names the tokens.
            tokens: a CSS file with colours and letters instead of ours.

        Raises:
            TamperedError: bad_signature, a file from elsewhere is not the one that was pinned.
            RefusedError: settings_invalid, the file of tokens cannot be read.
        """
        check_vendored(STATIC)
        found = [Asset(name, bundle.media_type, _joined(bundle)) for name, bundle in bundles.items()]
        found.append(Asset(TOKENS, "text/css", _tokens(tokens or STATIC / TOKENS, part)))
        self._by_name = {asset.name: asset for asset in found}
        self._by_path = {asset.path: asset for asset in found}

    def __getitem__(self, name: str) -> Asset:
        """The file of that name."""
        return self._by_name[name]

    def at(self, path: str) -> Asset | None:
        """The file that is served there."""
        return self._by_path.get(path)


def check_vendored(folder: Path) -> None:
    """Whether every file from elsewhere is the one that was pinned, and none is there that was not.

    Raises:
        TamperedError: `bad_signature` with the name of the file.
    """
    lines = (folder / HASHES).read_text(encoding="ascii").splitlines()
    pinned = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
    vendored = (folder / HASHES).parent
    present = {path.name for path in vendored.iterdir() if path.suffix in {".css", ".js"}}
    for name in sorted(pinned.keys() | present):
        file = vendored / name
        if name not in pinned or not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != pinned[name]:
            raise TamperedError(Code.BAD_SIGNATURE, name)


def _joined(bundle: Bundle) -> bytes:
    return b"\n".join(file.read_bytes() for file in bundle.files)


def _tokens(path: Path, part: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise RefusedError(Code.SETTINGS_INVALID, f"{part}.tokens") from None
