"""The embedded services on real folders, with real kills. No Django in sight: clients are bare processes."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import environ
import psycopg
import pytest

from config import embedded

# Holds a service, says so with a time in seconds, and stays until its input ends.
CLIENT = """
import sys, time
from pathlib import Path
from config import embedded
began = time.monotonic()
embedded.hold_service(embedded.SERVICES[sys.argv[1]](Path(sys.argv[2]), durable=sys.argv[3] == "True"))
print(f"{time.monotonic() - began:.4f}", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def state() -> Iterator[Path]:
    """An empty folder that an unprivileged account can reach. (pytest's own belong to root alone.)"""
    folder = Path(tempfile.mkdtemp(prefix="veren-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def clients() -> Iterator[list[subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []
    yield started
    for client in started:
        client.kill()
        client.communicate()


@pytest.fixture
def postgres(state: Path, clients: list[subprocess.Popen[str]]) -> Iterator[embedded.Postgres]:
    service = embedded.Postgres(state, durable=False)
    yield service
    for client in clients:
        client.kill()
    gone(service)


def start(clients: list[subprocess.Popen[str]], service: embedded.Service) -> subprocess.Popen[str]:
    client = subprocess.Popen(
        [sys.executable, "-c", CLIENT, service.name, str(service.state), str(service.durable)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(embedded.__file__).parents[2],
    )
    clients.append(client)
    return client


def seconds_it_took(client: subprocess.Popen[str]) -> float:
    assert client.stdout
    assert client.stderr
    line = client.stdout.readline()
    assert line, client.stderr.read()
    return float(line)


def gone(service: embedded.Service, within: float = 5) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if not service.is_kept() and not service.answers():
            return True
        time.sleep(0.05)
    return False


def connect(service: embedded.Service, database: str = "veren") -> psycopg.Connection:
    return psycopg.connect(
        host=str(service.socket.parent), user="veren", dbname=database, autocommit=True, connect_timeout=5
    )


def server_pid(service: embedded.Postgres) -> int:
    return int((service.data / "postmaster.pid").read_text().splitlines()[0])


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def test_six_who_start_at_once_on_an_empty_folder_all_connect(postgres, clients):
    six = [start(clients, postgres) for _ in range(6)]
    for client in six:
        seconds_it_took(client)

    with connect(postgres) as connection:
        roles = connection.execute("SELECT rolname FROM pg_roles WHERE rolname LIKE 'veren_%' ORDER BY 1")
        assert [name for (name,) in roles] == ["veren_app", "veren_owner"]


def test_holding_what_already_runs_is_cheap(postgres, clients):
    seconds_it_took(start(clients, postgres))

    quickest = min(seconds_it_took(start(clients, postgres)) for _ in range(3))

    assert quickest < 0.1


def test_cyrillic_has_letters(postgres, clients):
    seconds_it_took(start(clients, postgres))

    with connect(postgres) as connection:
        connection.execute("CREATE EXTENSION pg_trgm")
        lower, similar, like = connection.execute(
            "SELECT lower('ИВАНОВА'), similarity('Иванова', 'Иванава') > 0.3, 'ЧАЙ' ILIKE 'чай'"
        ).fetchone()

    assert (lower, similar, like) == ("иванова", True, True)


def test_the_service_ends_with_its_last_user(postgres, clients):
    first, second = start(clients, postgres), start(clients, postgres)
    seconds_it_took(first)
    seconds_it_took(second)

    first.kill()
    assert not gone(postgres, within=2)

    second.kill()
    assert gone(postgres)


def test_a_killed_server_comes_back_with_its_data(state, clients):
    service = embedded.Postgres(state)
    seconds_it_took(start(clients, service))
    with connect(service) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 5000) AS n")

    os.kill(server_pid(service), signal.SIGKILL)
    seconds_it_took(start(clients, service))

    assert rows_of(service, "kept") == 5000
    for client in clients:
        client.kill()
    assert gone(service)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_killed_keeper_takes_the_server_along_and_the_next_start_recovers(postgres, clients):
    seconds_it_took(start(clients, postgres))
    with connect(postgres) as connection:
        connection.execute("CREATE TABLE kept AS SELECT generate_series(1, 100) AS n")
        connection.execute("CHECKPOINT")
    server = server_pid(postgres)

    os.kill(parent_of(server), signal.SIGKILL)
    seconds_it_took(start(clients, postgres))

    assert server_pid(postgres) != server
    assert rows_of(postgres, "kept") == 100


def test_a_lock_left_behind_with_a_strangers_number_stops_nobody(postgres, clients):
    client = start(clients, postgres)
    seconds_it_took(client)
    lock = (postgres.data / "postmaster.pid").read_text()
    client.kill()
    assert gone(postgres)

    # As after a restart of a container: the number lives, and it is not PostgreSQL.
    stranger = lock.replace(lock.split("\n", 1)[0], str(os.getpid()), 1)
    (postgres.data / "postmaster.pid").write_text(stranger)
    seconds_it_took(start(clients, postgres))

    assert postgres.runs()


def rows_of(service: embedded.Service, table: str) -> int:
    deadline = time.monotonic() + 10
    while True:
        with contextlib.suppress(psycopg.OperationalError), connect(service) as connection:
            return connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        assert time.monotonic() < deadline


def test_a_folder_too_deep_for_a_socket_is_no_obstacle(clients, state):
    deep = embedded.Postgres(state / ("deep" * 25), durable=False)
    assert deep.socket.parent.parent == Path("/tmp")  # noqa: S108

    seconds_it_took(start(clients, deep))

    assert deep.runs()
    clients[0].kill()
    assert gone(deep)
    shutil.rmtree(deep.socket.parent)


def test_the_broker_keeps_its_messages(state, clients):
    broker = embedded.Valkey(state)
    client = start(clients, broker)
    seconds_it_took(client)
    broker.exchange(b"LPUSH celery task\r\n")
    client.kill()
    assert gone(broker)

    client = start(clients, broker)
    seconds_it_took(client)

    assert broker.exchange(b"LLEN celery\r\n").startswith(b":1\r\n")
    client.kill()
    assert gone(broker)


def test_a_damaged_cluster_is_one_sentence(postgres, clients):
    client = start(clients, postgres)
    seconds_it_took(client)
    client.kill()
    assert gone(postgres)
    (postgres.data / "global" / "pg_control").unlink()

    with pytest.raises(embedded.EmbeddedError, match=r"does not start: .*pg_control"):
        embedded.hold_service(postgres)
    embedded.release(postgres)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root changes accounts")
def test_a_folder_that_the_servers_account_cannot_enter_is_one_sentence(tmp_path):
    with pytest.raises(embedded.EmbeddedError, match="VEREN_STATE"):
        embedded.hold_service(embedded.Postgres(tmp_path / "state"))


def test_a_folder_that_is_a_file_is_one_sentence(state):
    (state / "file").write_text("")

    with pytest.raises(embedded.EmbeddedError, match="VEREN_STATE"):
        embedded.hold_service(embedded.Postgres(state / "file" / "below"))


def test_settings_point_at_the_same_place_every_time_and_start_nothing(state):
    env = environ.Env()

    first, second = (embedded.database(env, state=state) for _ in range(2))

    assert first == second
    assert first["HOST"] == str(state / "postgres")
    assert first["OPTIONS"]["options"].endswith("-c role=veren_app")
    assert embedded.broker_url(env, state=state) == f"redis+socket://{state}/valkey/valkey.sock"
    assert list(state.iterdir()) == []


def test_urls_of_ones_own_are_taken_and_nothing_is_held(state, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://shop:secret@db.example:5433/crm")
    monkeypatch.setenv("BROKER_URL", "redis://broker.example/1")
    env = environ.Env()

    class Settings:
        EMBEDDED_STATE = state
        DATABASES = {"default": embedded.database(env, state=state)}
        CELERY_BROKER_URL = embedded.broker_url(env, state=state)

    embedded.hold(Settings)

    assert Settings.DATABASES["default"]["HOST"] == "db.example"
    assert Settings.CELERY_BROKER_URL == "redis://broker.example/1"
    assert list(state.iterdir()) == []


def test_a_child_ends_when_its_parent_is_killed():
    parent = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import signal, time; from config import embedded\n"
            "child = embedded.spawn(['sleep', '60'], on_death=signal.SIGTERM)\n"
            "print(child.pid, flush=True); time.sleep(60)",
        ],
        stdout=subprocess.PIPE,
        cwd=Path(embedded.__file__).parents[2],
    )
    with parent:
        assert parent.stdout
        child = int(parent.stdout.readline())
        parent.kill()

    assert ended(child)


def ended(pid: int, within: float = 5) -> bool:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        time.sleep(0.02)
    return False


def test_the_socket_answers_only_to_who_may_enter_its_folder(postgres, clients):
    seconds_it_took(start(clients, postgres))

    assert postgres.folder.stat().st_mode & 0o077 == 0
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(postgres.socket))
