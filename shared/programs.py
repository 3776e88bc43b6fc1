"""The server programs of the wheels, and the account they run as."""

import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TypedDict

from shared.child import CannotStart

COPIES = Path("/var/cache/qse")
ACCOUNTS = ("nobody", "daemon", "bin")

Account = pwd.struct_passwd | None


class Identity(TypedDict, total=False):
    """Arguments for Popen that give up what the account may not have."""

    user: int
    group: int
    extra_groups: Sequence[int]


def identity(account: Account) -> Identity:
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def account_for(data: Path) -> Account:
    """Who runs a server on this folder: None for ourselves, for root another account."""
    owner = data.stat().st_uid if data.exists() else None
    if os.geteuid() != 0:
        if owner not in (None, os.geteuid()):
            raise CannotStart(f"{data} belongs to user {owner}. Run as that user, or as root.")
        return None
    if owner:
        return pwd.getpwuid(owner)
    known = {account.pw_name: account for account in pwd.getpwall()}
    for name in ACCOUNTS:
        if name in known:
            return known[name]
    raise CannotStart(f"Root may not run the servers. Create one of the users {ACCOUNTS}.")


def program(package: str, pattern: str, account: Account) -> str:
    """Find a program in a wheel, at a path that the account can execute.

    The wheel is found, not imported: neither package's Python is wanted. When the account cannot
    walk to it, as below /root, root keeps one copy per version where everybody can.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise CannotStart(f"The package {package} is not installed.")
    home = Path(spec.origin).parent
    found = next(home.glob(pattern), None)
    if found is None:
        raise CannotStart(f"{package} holds no {pattern}: it has no build for this machine.")
    if _can_execute(found, account):
        return str(found)
    copy = _copy(package, home) / found.relative_to(home.parent)
    if _can_execute(copy, account):
        return str(copy)
    raise CannotStart(f"{account and account.pw_name} can execute neither {found} nor {copy}.")


def _can_execute(path: Path, account: Account) -> bool:
    asked = ["test", "-x", str(path)]
    tried = subprocess.run(asked, check=False, cwd="/", **identity(account))  # noqa: S603
    return tried.returncode == 0


def _copy(package: str, home: Path) -> Path:
    """Copy the wheel whole, and its libraries beside it, where its programs look for them."""
    target = COPIES / f"{package}-{importlib.metadata.version(package)}"
    if target.exists():
        return target
    try:
        for folder in (*reversed(COPIES.parents), COPIES):
            if not folder.exists():
                folder.mkdir()
                folder.chmod(0o755)
        partial = Path(tempfile.mkdtemp(dir=COPIES))
        for source in home.parent.glob(f"{package}*"):
            if source in (home, home.with_name(f"{package}.libs")):
                shutil.copytree(source, partial / source.name, symlinks=True)
        _open_to_all(partial)
        with suppress(OSError):  # somebody else was first
            partial.rename(target)
        shutil.rmtree(partial, ignore_errors=True)
    except OSError as problem:
        raise CannotStart(f"Cannot copy {home} to {target} for the servers: {problem}") from None
    return target


def _open_to_all(top: Path) -> None:
    for path in (top, *top.rglob("*")):
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | 0o444 | (0o111 if mode & 0o100 else 0))
