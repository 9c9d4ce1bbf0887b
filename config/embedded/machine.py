"""The machine the services run on: accounts, folders, disk space, locks between processes."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import pwd
import re
import shutil
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import IO

FREE_MEGABYTES_NEEDED = 300


class EmbeddedError(Exception):
    """A service cannot run here. The message is one sentence that says what to do."""


def unprivileged() -> pwd.struct_passwd | None:
    """The account to run servers as when we are root (PostgreSQL refuses root), else nobody in particular."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def need_supported_platform() -> None:
    if sys.platform not in {"linux", "darwin"}:
        raise EmbeddedError(
            "The embedded services run on Linux and macOS: on Windows use WSL, or name servers in DATABASE_URL "
            "and BROKER_URL."
        )


def make_folder(folder: Path, account: pwd.struct_passwd | None) -> None:
    """A folder that only its services' account may enter; an existing one is left as it is, unless not theirs."""
    if folder.exists():
        owner = folder.stat().st_uid
        if account and owner == 0:
            os.chown(folder, account.pw_uid, account.pw_gid)
        elif owner != (account.pw_uid if account else os.geteuid()):
            raise PermissionError(1, f"it belongs to user {owner}")
        return
    missing = [parent for parent in folder.parents if not parent.exists()]
    for parent in reversed(missing):
        parent.mkdir(exist_ok=True)
        parent.chmod(0o755)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)


def can_enter(account: pwd.struct_passwd, folder: Path) -> bool:
    for path in (folder, *folder.parents):
        found = path.stat()
        theirs = stat.S_IXUSR if found.st_uid == account.pw_uid else stat.S_IXOTH
        if not found.st_mode & theirs:
            return False
    return True


def is_postgres_of(pid: int, data: Path) -> bool:
    """Is this process a server of this folder? PostgreSQL makes its data folder its working directory."""
    if Path("/proc/self/cwd").exists():
        try:
            return Path(f"/proc/{pid}/cwd").readlink() == data
        except OSError:
            return False
    shown = subprocess.run(
        ["/bin/ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return str(data) in shown.stdout


def need_free_space(folder: Path) -> None:
    free = shutil.disk_usage(folder).free // 1_000_000
    if free < FREE_MEGABYTES_NEEDED:
        raise EmbeddedError(
            f"The disk is full: {free} MB are free where {folder} lies and {FREE_MEGABYTES_NEEDED} MB are needed. "
            "Free some space, or name a folder on another disk in VEREN_STATE."
        )


def nearest_existing(path: Path) -> Path:
    return next(parent for parent in (path, *path.parents) if parent.exists())


def last_line(log: Path) -> str:
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    # "Starting up" is the answer to our own question whether it runs yet.
    worst = [line for line in lines[-30:] if re.search(r"FATAL(?!.*starting up)|PANIC|[Ee]rror", line)]
    return (worst or lines or ["it wrote nothing"])[-1]


def opened(path: Path) -> IO[bytes]:
    try:
        return path.open("ab")
    except OSError as error:
        raise EmbeddedError(f"{path} cannot be opened ({error.strerror}): is it another user's?") from error


@contextlib.contextmanager
def locked(path: Path, how: int = fcntl.LOCK_EX) -> Iterator[None]:
    """A lock between processes; freed by the kernel when its holder dies.

    Raises:
        BlockingIOError: `how` says not to wait, and another process has the lock.
    """
    with opened(path) as file:
        fcntl.flock(file, how)
        yield


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]
