"""docs/integrate.md, typed as it stands: from a key to the first points, and exactly back."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from loyalty.models import Wallet
from tests.factories.loyalty import ProgrammeFactory
from tests.factories.loyalty_rules import rule
from tests.factories.shops import ShopFactory
from tests.faults.house import until

GUIDE = Path(settings.BASE_DIR) / "docs" / "integrate.md"
# Starting the house is what its own test does (tests/config/test_demo.py).
STARTS = "python3 manage.py demo\n"
HERE = "http://127.0.0.1:8000"


@pytest.fixture
def relay(child_environment: dict[str, str]) -> Iterator[None]:
    command = [sys.executable, "manage.py", "relay"]
    with subprocess.Popen(command, cwd=settings.BASE_DIR, env=child_environment) as process:
        yield
        process.terminate()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("relay")
def test_the_guide_typed_as_it_stands_leads_to_the_first_points(
    live_server: Any, child_environment: dict[str, str]
) -> None:
    ShopFactory(slug="lipa-online")
    rule(ProgrammeFactory(pending_days=14))
    first, *typed = re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    assert first == STARTS
    assert typed[0].startswith(f"VEREN={HERE}\n")
    script = "set -eu -o pipefail\n" + "".join(typed).replace(HERE, live_server.url)

    done = subprocess.run(
        ["bash", "-c", script],
        cwd=settings.BASE_DIR,
        env=child_environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    quote, _paid, standing, statement, returned = (json.loads(line) for line in done.stdout.splitlines())
    assert quote["earns"]["points"] == 19
    assert standing["balances"]["pending"] == quote["earns"]["points"]
    assert [entry["points"] for entry in statement["items"]] == [19]
    assert returned["amount"] == "9.90"
    until(lambda: Wallet.objects.get().pending == 10, "half of the points went back")
