"""The keeper: the small detached process that is the parent of a server while anybody uses it.

It is run by a bare interpreter, so this package needs the standard library only.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

from .children import spawn
from .machine import EmbeddedError, last_line, locked, need_free_space, opened, unprivileged
from .services import SERVICES, STOP_SECONDS, Service

START_SECONDS = 60


def start_keeper(service: Service) -> None:
    """Start a detached keeper and return when its server answers.

    The caller has `start.lock`.
    """
    arguments = [service.name, str(service.state), "durable" if service.durable else "fast"]
    # -I: nothing from the caller's folder or variables. As a package of its own: `-m` would import all of config.
    package = Path(__file__).resolve().parent
    code = f"import sys; sys.path.append({str(package.parent)!r}); from {package.name}.keeper import main; main()"
    command = [sys.executable, "-I", "-c", code, *arguments]
    started = subprocess.run(command, capture_output=True, text=True, check=False)
    if started.returncode:
        raise EmbeddedError(started.stderr.strip().rpartition("\n")[2] or f"{service.title} could not start.")


def keep(service: Service) -> None:
    """Become the keeper: detach, start the server, and keep it running while anyone uses it.

    The process that was called ends with 0 when the server answers, else with 1 and a sentence.
    """
    receiver, sender = os.pipe()
    if os.fork():
        os.close(sender)
        report = os.read(receiver, 65536).decode()
        sys.exit(0 if report == "ready" else report or f"{service.title}: its keeper died at the start.")
    os.close(receiver)
    os.setsid()
    _write_to_log(service)

    def report_back(message: str) -> None:
        with contextlib.suppress(OSError):
            os.write(sender, message.encode())
            os.close(sender)

    with locked(service.folder / "keeper.lock"), opened(service.folder / "users.lock") as users:
        try:
            server = _started(service)
        except EmbeddedError as error:
            report_back(str(error))
            return
        report_back("ready")
        while not _nobody_uses(users):
            if server.poll() is not None:
                server = _started(service)
            time.sleep(0.5)
        _stop(server, service)


def _started(service: Service) -> subprocess.Popen[bytes]:
    """The server, answering. Tries a few times: one that was killed may leave children that die slowly."""
    tries = 4
    for attempt in range(tries):
        time.sleep(attempt * 0.5)
        service.prepare()
        with service.log.open("ab") as log:
            server = spawn(
                service.command(),
                on_death=service.death_signal,
                account=unprivileged(),
                stdout=log,
                stderr=log,
                cwd=service.folder,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while server.poll() is None:
            if service.answers():
                return server
            if time.monotonic() > deadline:
                _stop(server, service)
            time.sleep(0.02)
    need_free_space(service.folder)
    raise EmbeddedError(f"{service.title} does not start: {last_line(service.log)} ({service.log})")


def _nobody_uses(users: IO[bytes]) -> bool:
    """True once we have the users' lock for ourselves; it is kept, so that newcomers wait until we are gone."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _stop(server: subprocess.Popen[bytes], service: Service) -> None:
    for number in (service.stop_signal, service.death_signal, signal.SIGKILL):
        server.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(STOP_SECONDS)
            return


def _write_to_log(service: Service) -> None:
    """Send our own output to the service's log, started afresh when it has grown large."""
    if service.log.exists() and service.log.stat().st_size > 10_000_000:
        service.log.unlink()
    log = os.open(service.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for ours, theirs in ((nothing, 0), (log, 1), (log, 2)):
        os.dup2(ours, theirs)


def main() -> None:
    """Arguments: `<service> <state folder> durable|fast`."""
    _, name, folder, durability = sys.argv
    keep(SERVICES[name](Path(folder), durable=durability == "durable"))
