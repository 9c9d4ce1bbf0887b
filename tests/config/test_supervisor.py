"""The supervisor with real children: small programs that live, die and refuse to stop."""

import os
import signal
import socket
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import embedded

PROJECT = Path(embedded.__file__).parents[2]
PROGRAM = """
import sys
from config.supervisor import Role, SupervisorError, supervise
def python(name, code): return Role(name=name, command=[sys.executable, "-c", code])
try:
    supervise({roles}, stop_seconds=2)
except SupervisorError as error:
    sys.exit(str(error))
print("stopped cleanly", flush=True)
"""
LIVE = "import os, time; print('pid', os.getpid(), flush=True); time.sleep(60)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + LIVE


@pytest.fixture
def house() -> Iterator["House"]:
    house = House()
    yield house
    house.end()


class House:
    """A supervisor in a process of its own."""

    def start(self, roles: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", textwrap.dedent(PROGRAM).replace("{roles}", roles)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            cwd=PROJECT,
        )

    def line_with(self, words: str) -> str:
        assert self.process.stdout
        for line in self.process.stdout:
            if words in line:
                return line
        raise AssertionError(f"it never said {words!r}")

    def pid_of(self, name: str) -> int:
        return int(self.line_with(f"{name} │ pid").split()[-1])

    def end(self) -> str:
        self.process.kill()
        return self.process.communicate()[0]


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def gone(pid: int, within: float = 5) -> bool:
    deadline = time.monotonic() + within
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not alive(pid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_stops_every_child(house, number):
    house.start(f"[python('one', {LIVE!r}), python('two', {LIVE!r})]")
    first, second = house.pid_of("one"), house.pid_of("two")

    house.process.send_signal(number)

    assert "stopped cleanly" in house.line_with("stopped")
    assert house.process.wait(5) == 0
    assert gone(first, within=0.1)
    assert gone(second, within=0.1)


def test_kill_9_of_the_supervisor_leaves_no_child(house):
    house.start(f"[python('one', {STUBBORN!r})]")
    child = house.pid_of("one")

    house.process.kill()

    assert gone(child)


def test_a_dead_child_is_started_again(house):
    house.start(f"[python('one', {LIVE!r})]")
    first = house.pid_of("one")

    os.kill(first, signal.SIGKILL)

    assert "was killed by SIGKILL: starting it again" in house.line_with("killed")
    assert alive(house.pid_of("one"))


def test_a_second_death_in_a_row_stops_everything_and_says_why(house):
    house.start(f"[python('good', {LIVE!r}), python('bad', 'print(\"no such table\"); raise SystemExit(3)')]")
    good = house.pid_of("good")

    said = house.process.communicate(timeout=10)[0]

    assert "bad ended with code 3 twice in a row" in said
    assert "    no such table" in said
    assert house.process.returncode == 1
    assert gone(good, within=0.1)


def test_a_child_that_refuses_to_stop_is_killed_with_its_own_children(house, monkeypatch):
    monkeypatch.setitem(os.environ, "PYTHONPATH", str(PROJECT))
    parent = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {STUBBORN!r}]); " + STUBBORN
    house.start(f"[python('one', {parent!r})]")
    pids = [house.pid_of("one"), house.pid_of("one")]

    house.process.terminate()

    house.line_with("stopped cleanly")
    assert all(gone(pid, within=0.1) for pid in pids)
    assert house.process.wait(5) == 0


def test_the_last_words_of_a_child_are_passed_on(house):
    house.start(
        """[python('one', "import sys; print('half a line', end=''); sys.stdout.flush(); input()")]"""
    )

    assert "half a line" in house.process.communicate(timeout=20)[0]


def test_a_taken_port_is_one_sentence(child_environment):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        demo = subprocess.run(
            [sys.executable, "manage.py", "demo", "--port", str(port)],
            env={**child_environment, "BROKER_URL": "memory://"},
            capture_output=True,
            text=True,
            cwd=PROJECT,
            check=False,
        )

    assert demo.returncode == 1
    assert demo.stderr.strip() == (
        f"CommandError: Port {port} is taken, perhaps by a demo that already runs: choose another with --port."
    )
