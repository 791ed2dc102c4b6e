"""How long certificates hold, read from their files."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Final

from cryptography import x509

from hub.errors import Code, RefusedError

_MAX_FILE_BYTES: Final = 65_536


def certificate_end(path: Path) -> datetime:
    """The last instant of the first certificate (PEM) in a file.

    Raises:
        RefusedError: `key_invalid` when there is none that can be read.
    """
    try:
        with path.open("rb") as file:
            return x509.load_pem_x509_certificate(file.read(_MAX_FILE_BYTES)).not_valid_after_utc
    except OSError as error:
        raise RefusedError(Code.KEY_INVALID, f"{path.name}: {os.strerror(error.errno or 0)}") from None
    except ValueError:
        raise RefusedError(Code.KEY_INVALID, f"{path.name}: not a certificate") from None
