"""django-hordak, a ledger of others for Django, as its own handbook uses it: run by a Python that has it.

`prepare` makes its tables and accounts. `post SECONDS` says when it is ready, waits to be told to go, and says how many
postings a second it made; `post_and_read SECONDS` reads after each what ours answers: the balance. PEER_HOST and
PEER_USER name a cluster that has the database `hordak`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from random import choice
from time import perf_counter
from typing import Any

import django
from django.conf import settings
from django.core.management import call_command

ACCOUNTS = 200


def main(what: str, *how: str) -> None:
    settings.configure(
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": "hordak",
                "HOST": os.environ["PEER_HOST"],
                "USER": os.environ["PEER_USER"],
            }
        },
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        USE_TZ=True,
        DEFAULT_CURRENCY="EUR",
        CURRENCIES=["EUR"],
        SECRET_KEY="bench-only",
    )
    django.setup()
    {"prepare": prepare, "post": post, "post_and_read": post_and_read}[what](*how)


def prepare() -> None:
    from hordak.models import Account

    call_command("migrate", verbosity=0)
    for code in range(Account.objects.count(), ACCOUNTS + 1):
        kind = Account.TYPES.expense if code == 0 else Account.TYPES.liability
        Account.objects.create(name=str(code), code=str(code), type=kind, currencies=["EUR"])


def post(seconds: str) -> None:
    _post(seconds, lambda account: None)


def post_and_read(seconds: str) -> None:
    _post(seconds, lambda account: account.get_balance())


def _post(seconds: str, after: Callable[[Any], object]) -> None:
    from hordak.models import Account
    from moneyed import Money

    points, done = Money(5, "EUR"), 0
    issued, *members = Account.objects.order_by("pk")
    print("ready", flush=True)
    sys.stdin.readline()
    began = perf_counter()
    while perf_counter() - began < float(seconds):
        member = choice(members)
        issued.transfer_to(member, points)
        after(member)
        done += 1
    print(done / (perf_counter() - began))


if __name__ == "__main__":
    main(*sys.argv[1:])
