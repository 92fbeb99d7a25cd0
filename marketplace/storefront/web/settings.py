"""What the environment decides: the secret that signs cookies, and whether browsers send them over HTTPS only."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from plures import PluresError

SECRET: Final = "MARKETPLACE_SECRET"  # noqa: S105 - the name of a variable
DATA: Final = "MARKETPLACE_DATA"
HTTPS: Final = "MARKETPLACE_HTTPS"


class SecretNotKept(PluresError):
    """The file with the secret that signs cookies cannot be read or written."""

    code = "marketplace.secret_not_kept"

    def __init__(self, file: Path, error: OSError) -> None:
        super().__init__(
            f"Cannot keep the secret that signs cookies in {file}",
            why=error.strerror or str(error),
            fix=f"Let us write there, name another folder in {DATA}, or set {SECRET} to a long random text.",
        )


@dataclass(frozen=True)
class Settings:
    """The ``secret`` signs cookies; with ``https_only`` browsers send them over HTTPS only."""

    secret: str
    https_only: bool = False


def settings_from(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read ``MARKETPLACE_SECRET`` and ``MARKETPLACE_HTTPS=1``.

    Without ``MARKETPLACE_SECRET``, the first start makes a secret and keeps it in the data folder (``MARKETPLACE_DATA``,
    else ``.plures``). So customers stay who they are when the shop starts again, and all replicas agree.
    """
    given = environment.get(SECRET)
    folder = Path(environment.get(DATA, ".plures"))
    return Settings(given or kept_secret(folder / "storefront.secret"), environment.get(HTTPS) == "1")


def kept_secret(file: Path) -> str:
    """The secret in ``file``, a new one if there is no file; only its owner can read it.

    Raises:
        SecretNotKept: The file cannot be read or written.
    """
    try:
        return _kept_secret(file)
    except OSError as error:
        raise SecretNotKept(file, error) from error


def _kept_secret(file: Path) -> str:
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        draft = file.with_name(f"{file.name}.{secrets.token_hex(4)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(32))
        try:
            # When several replicas start at once the first one wins, and none reads half a secret.
            os.link(draft, file)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return file.read_text().strip()
