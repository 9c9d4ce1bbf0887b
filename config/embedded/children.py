"""Children that cannot outlive their parent."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from typing import Any

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None


def spawn(
    command: list[str],
    *,
    on_death: signal.Signals,
    account: pwd.struct_passwd | None = None,
    **options: Any,
) -> subprocess.Popen[bytes]:
    """Start a child that gets the signal `on_death` when this process dies, however it dies.

    On Linux the signal is tied to the calling *thread*: call it from the main one.
    """
    parent = os.getpid()

    def become_the_child() -> None:
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)  # a shell's `&` leaves them ignored, and that is inherited
        if account:
            os.setgroups([])
            os.setgid(account.pw_gid)
            os.setuid(account.pw_uid)
        end_with_parent(on_death)  # after setuid, which clears it
        if os.getppid() != parent:
            os._exit(1)

    options.setdefault("stdin", subprocess.DEVNULL)
    child = subprocess.Popen(command, preexec_fn=become_the_child, **options)
    if not LIBC:
        _watch(child.pid, on_death)
    return child


def end_with_parent(number: signal.Signals) -> None:
    """Ask the kernel (Linux's) to send us this signal when our parent dies."""
    if LIBC:
        LIBC.prctl(PR_SET_PDEATHSIG, int(number))


_watchdogs: list[subprocess.Popen[bytes]] = []


def _watch(pid: int, on_death: signal.Signals) -> None:
    """Where the kernel has no death signal: a shell that waits for the end of a pipe only we can close."""
    script = f"read _; kill -{int(on_death)} {pid}"
    _watchdogs.append(
        subprocess.Popen(["/bin/sh", "-c", script], stdin=subprocess.PIPE, start_new_session=True)
    )
