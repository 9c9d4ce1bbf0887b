"""What deploy/ promises, as far as it can be seen without a container: that it fits the code beside it."""

from __future__ import annotations

import http.server
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import get_commands
from django.test import Client

from tests.children import inherited_environment

PROJECT = Path(__file__).parents[2]
DEPLOY = PROJECT / "deploy"
OUR_OWN = ("migrate", "web", "relay", "worker", "beat")
# Read by compose itself, or by PostgreSQL's image.
NOT_OURS = {"POSTGRES_PASSWORD", "WORKERS", "WEB_WORKERS", "WEB_THREADS"}


@pytest.fixture(scope="module")
def services() -> dict[str, Any]:
    return yaml.safe_load((DEPLOY / "compose.yml").read_text())["services"]


def example() -> dict[str, str]:
    lines = (DEPLOY / "example.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_everything_that_the_demo_runs_is_there(services: dict[str, Any]) -> None:
    assert set(services) == {*OUR_OWN, "postgres", "valkey"}


def test_every_command_exists(services: dict[str, Any]) -> None:
    for name in OUR_OWN:
        command = services[name].get("command")
        if command and command[:2] == ["python", "manage.py"]:
            assert command[2] in get_commands()
        elif command:
            assert command[:3] == ["celery", "-A", "config"]


def test_nothing_of_ours_starts_before_the_schema_is_there(services: dict[str, Any]) -> None:
    for name in set(OUR_OWN) - {"migrate"}:
        waits_for = services[name]["depends_on"]
        assert waits_for["migrate"] == {"condition": "service_completed_successfully"}
        assert waits_for["postgres"] == {"condition": "service_healthy"}


def test_only_this_machine_reaches_the_web_and_nobody_the_database(services: dict[str, Any]) -> None:
    published = {name: it["ports"] for name, it in services.items() if "ports" in it}

    assert list(published) == ["web"]
    assert all(port.startswith("127.0.0.1:") for port in published["web"])


def test_pages_work_for_seconds_and_workers_for_a_minute(services: dict[str, Any]) -> None:
    limits = {
        name: services[name].get("environment", {}).get("DATABASE_STATEMENT_TIMEOUT") for name in OUR_OWN
    }

    assert limits["web"] == "5s"
    assert {limits[name] for name in ("relay", "worker", "beat")} == {"60s"}


def test_our_own_run_without_privileges(services: dict[str, Any]) -> None:
    for name in OUR_OWN:
        assert services[name]["read_only"] is True
        assert services[name]["cap_drop"] == ["ALL"]
    assert re.search(r"^USER veren$", (DEPLOY / "Dockerfile").read_text(), re.MULTILINE)


def test_the_broker_may_not_forget(services: dict[str, Any]) -> None:
    command = " ".join(services["valkey"]["command"])

    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command


def test_no_secret_is_written_down() -> None:
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "METRICS_TOKEN"):
        assert example()[name] == ""


def test_every_variable_of_the_example_is_read_by_the_settings() -> None:
    code = "".join(
        file.read_text()
        for folder in ("settings", "embedded")
        for file in (PROJECT / "config" / folder).glob("*.py")
    )

    assert [name for name in example() if name not in NOT_OURS and f'"{name}"' not in code] == []


def production(**more: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in inherited_environment().items() if name not in example()}
    filled = {**example(), "DATABASE_URL": "postgres://veren:word@postgres/veren", **more}
    return subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        env={**inherited, **filled, "DJANGO_SETTINGS_MODULE": "config.settings.production"},
        capture_output=True,
        text=True,
        cwd=PROJECT,
        check=False,
    )


def test_the_example_starts_once_it_is_filled_in_and_not_before() -> None:
    secret = "kR7-vQ2_pX9wLm4Zt8Hs1Jd6Fg3Bn5Vc0Ky-Ue7Ra2Wq9Ti4Oo8Pl1Mx"

    empty, filled = production(), production(SECRET_KEY=secret)

    assert "SECRET_KEY is missing" in empty.stderr
    assert filled.returncode == 0, filled.stderr


def test_what_is_alarmed_about_is_counted(db: None) -> None:
    groups = yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"]
    named = set(
        re.findall(r"veren_\w+", " ".join(rule["expr"] for group in groups for rule in group["rules"]))
    )

    page = Client().get("/metrics").content.decode()

    assert named
    assert [
        name for name in named if f"# TYPE {name.removesuffix('_total')}" not in page.replace("_total ", " ")
    ] == []


def test_prometheus_asks_where_the_web_answers(services: dict[str, Any]) -> None:
    (job,) = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())["scrape_configs"]

    assert job["static_configs"] == [{"targets": ["web:8000"]}]
    assert "web" in example()["ALLOWED_HOSTS"].split(",")


@pytest.mark.parametrize("proxy", ["nginx.conf", "Caddyfile"])
def test_a_proxy_shows_no_figures_and_names_each_request(proxy: str) -> None:
    text = (DEPLOY / proxy).read_text()

    assert "/metrics" in text
    assert "X-Request-ID" in text
    assert "$request_uri" not in "".join(line for line in text.splitlines() if "log_format" in line)


class TestTheProbe:
    @pytest.fixture
    def web(self) -> Iterator[tuple[str, list[str]]]:
        hosts: list[str] = []

        class Web(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hosts.append(self.headers["Host"])
                self.send_response(200 if self.path == "/readyz?exclude=broker" else 503)
                self.end_headers()

            def log_message(self, *_: Any) -> None: ...

        server = http.server.HTTPServer(("127.0.0.1", 0), Web)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"0.0.0.0:{server.server_port}", hosts
        server.shutdown()
        thread.join()
        server.server_close()

    def ask(self, path: str, bind: str) -> int:
        told = {"ALLOWED_HOSTS": "crm.example.com,web", "BIND": bind}
        return subprocess.run([sys.executable, DEPLOY / "probe.py", path], env=told, check=False).returncode

    def test_it_asks_by_the_name_of_the_house(self, web: tuple[str, list[str]]) -> None:
        bind, hosts = web

        assert self.ask("/readyz?exclude=broker", bind) == 0
        assert self.ask("/readyz", bind) == 1
        assert hosts == ["crm.example.com", "crm.example.com"]

    def test_where_nobody_answers_it_says_no(self) -> None:
        assert self.ask("/livez", "0.0.0.0:1") == 1
