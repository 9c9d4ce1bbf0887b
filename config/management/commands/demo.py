"""The whole house under one command: database, broker, demo company, web, relay, worker and beat."""

import http.client
import os
import signal
import socket
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import OperationalError
from rich.progress import Progress, TaskID

from config import demo, embedded
from config.supervisor import Role, SupervisorError, supervise
from crm.demo import history
from crm.demo.channels import StandIns

HOST = "127.0.0.1"
TAKEN = "is taken, perhaps by a demo that already runs"


class Command(BaseCommand):
    help = "Starts Veren on this machine with a demo company; Ctrl-C stops it, and a second start keeps the data."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="where the web answers (8000)")
        parser.add_argument("--size", choices=["small", "medium", "large"], default="small")
        parser.add_argument("--fresh", action="store_true", help="throw the embedded database away first")
        parser.add_argument("--no-data", action="store_true", help="start with an empty database")

    def handle(self, *, port: int, size: str, fresh: bool, no_data: bool, **options: Any) -> None:
        began = time.monotonic()
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.default_int_handler)
        os.chdir(settings.BASE_DIR)  # where -m and -A look for the code
        # Links in messages are made by processes that see no request.
        os.environ["PUBLIC_ADDRESS"] = f"http://{HOST}:{port}"
        # What is told while it loads has links of its own already.
        settings.PUBLIC_ADDRESS = os.environ["PUBLIC_ADDRESS"]
        try:
            need_free_port(port)
            if fresh:
                self.say("Throwing the old data away.")
                start_afresh()
            if migrations_are_missing():
                self.say("Preparing the database.")
                call_command("migrate", verbosity=0)
            elif "sync_roles" in get_commands():
                call_command("sync_roles", verbosity=0)
            if not no_data:
                self.load(size)
            where = StandIns(url=f"http://{HOST}:{free_port()}", smtp_port=free_port())
            demo.open_channels(where)
            if not no_data:
                self.tell_conversations()
            connection.close()
            supervise(
                list(roles(port, where)),
                tend=lambda: embedded.hold(settings),
                is_ready=lambda: answers(port),
                announce=lambda: self.announce(port, time.monotonic() - began),
                out=sys.stdout,
            )
        except KeyboardInterrupt:
            pass
        except (SupervisorError, embedded.EmbeddedError) as error:
            raise CommandError(str(error)) from error
        finally:
            connection.close()
            embedded.let_go(settings)
        self.say("Stopped.")

    def load(self, size: str) -> None:
        if demo.is_loaded():
            return
        self.say(f"Loading the demo company ({size}).")
        with self.bars() as show:
            demo.load(size=size, progress=show)

    def tell_conversations(self) -> None:
        with self.bars() as show:
            demo.tell_conversations(show)

    @contextmanager
    def bars(self) -> Iterator[history.Progress]:
        """A bar for each part of what is told meanwhile."""
        with Progress(transient=True, disable=not self.stdout.isatty()) as bars:
            tasks: dict[str, TaskID] = {}

            def show(what: str, done: int, total: int) -> None:
                if what not in tasks:
                    tasks[what] = bars.add_task(what, total=total)
                bars.update(tasks[what], completed=done)

            yield show

    def announce(self, port: int, seconds: float) -> None:
        self.say(f"Veren is running ({seconds:.1f} s):")
        self.say(f"    http://{HOST}:{port}/             agents, managers, shops, customers")
        self.say(f"    http://{HOST}:{port}/api/v1/docs/ the API")
        self.say("Ctrl-C stops it.")

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def roles(port: int, where: StandIns) -> list[Role]:
    """What runs, the one people wait for first."""
    python = [sys.executable, *(f"-Wignore:{beginning}" for beginning in FINE_IN_A_DEMO)]
    celery = [*python, "-m", "celery", "--quiet", "-A", "config"]
    gunicorn = [*python, "-m", "gunicorn", "-c", "config/gunicorn.py"]
    manage = [*python, "manage.py"]
    web = Role(
        name="web",
        command=[*gunicorn, "config.wsgi"],
        environment={
            "PORT": str(port),
            "DATABASE_POOL_SIZE": "8",
            "DATABASE_STATEMENT_TIMEOUT": "5s",
            "DEMO_PROVIDERS_URL": where.url,
        },
    )
    worker = Role(
        name="worker",
        command=[*celery, "worker", "--loglevel=WARNING", *"-c 1 --without-mingle --without-gossip".split()],
        environment={"DATABASE_STATEMENT_TIMEOUT": "60s"},
    )
    beat = Role(name="beat", command=[*celery, "beat", "--loglevel=WARNING", "--pidfile="])
    http_port = where.url.rpartition(":")[2]
    stand_ins = Role(
        name="providers",
        command=[
            *[*python, "-m", "crm.demo.providers", "--http", http_port, "--smtp", str(where.smtp_port)],
            *["--book", str(settings.EMBEDDED_STATE / "received.jsonl")],
        ],
    )
    ours = [Role(name=name, command=[*manage, it]) for name, it in COMMANDS if it in get_commands()]
    return [web, stand_ins, *ours, worker, beat]


COMMANDS = (("relay", "relay"), ("trickle", "demo_trickle"))
# Root in a container, and static files served from where they were written.
FINE_IN_A_DEMO = ("You're running the worker", "No directory at")


def free_port() -> int:
    with socket.socket() as attempt:
        attempt.bind((HOST, 0))
        return int(attempt.getsockname()[1])


def need_free_port(port: int) -> None:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((HOST, port))
        except OverflowError as error:
            raise CommandError(f"{port} is not a port: choose one from 1024 to 65535 with --port.") from error
        except OSError as error:
            why = "is for administrators" if isinstance(error, PermissionError) else TAKEN
            raise CommandError(f"Port {port} {why}: choose another with --port.") from error


def answers(port: int) -> bool:
    """Does the web answer with a page?"""
    caller = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        caller.request("GET", "/")
        return caller.getresponse().status < 500
    except OSError:
        return False
    finally:
        caller.close()


def migrations_are_missing() -> bool:
    try:
        executor = MigrationExecutor(connection)
    except OperationalError:  # a server that does not even know our roles
        return True
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def start_afresh() -> None:
    """Drop the embedded database and empty the embedded broker. Never touches a server of your own."""
    services = {service.name: service for service in embedded.pointed_at(settings)}
    if "postgres" not in services:
        raise CommandError("--fresh is for the embedded database: empty the one in DATABASE_URL yourself.")
    connection.close()
    its = connection.settings_dict
    with psycopg.connect(host=its["HOST"], user=its["USER"], dbname="postgres", autocommit=True) as server:
        server.execute(f"DROP DATABASE IF EXISTS {embedded.DATABASE} WITH (FORCE)")
        server.execute(f"CREATE DATABASE {embedded.DATABASE} OWNER {embedded.OWNER_ROLE}")
    (settings.EMBEDDED_STATE / "received.jsonl").unlink(missing_ok=True)
    if "valkey" in services:
        services["valkey"].exchange(b"FLUSHALL\r\n")
