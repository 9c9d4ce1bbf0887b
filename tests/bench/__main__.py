"""`python -m tests.bench [name …]`: run benches, print their figures beside the goals, keep them as JSON."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from time import monotonic

BENCHES = {
    "timeline": "timeline",
    "relay": "relay",
    "import": "imports",
    "customers": "customers",
    "api": "api",
    "search": "search",
    "ledger": "ledger",
    "quotes": "quotes",
    "support": "support",
    "surveys": "surveys",
    "segments": "segments",
    "figures": "figures",
    "dashboard": "dashboard",
    "reviews": "reviews",
    "webhooks": "webhooks",
    "till": "till",
    "one_c": "one_c",
    "connectors": "connectors",
}


def main(names: list[str]) -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.bench.settings"
    import django
    from django.conf import settings
    from django.core.management import call_command

    from config import embedded

    django.setup()
    embedded.hold(settings)
    call_command("migrate", verbosity=0)
    missed = 0
    for name in names or BENCHES:
        started = monotonic()
        figures = import_module(f"tests.bench.{BENCHES[name]}").run()
        show(name, figures, monotonic() - started)
        missed += sum(figure.holds is False for figure in figures.values())
    return 1 if missed else 0


def show(name: str, figures: dict, seconds: float) -> None:  # type: ignore[type-arg]
    from rich.console import Console
    from rich.table import Table

    from tests.bench.house import keep

    keep(name, figures)
    table = Table("figure", "value", "goal", "holds", title=f"{name}, {seconds:.0f} s")
    for figure, said in figures.items():
        table.add_row(figure, str(said.value), said.goal, {True: "yes", False: "NO", None: ""}[said.holds])
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
