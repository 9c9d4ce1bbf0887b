"""1C: exchange of CommerceML 2.x over HTTP, as 1C:Enterprise speaks it with a site.

Read in this order: exchange (how it proves itself, and brings files), xml (records, one at a time, from any place),
goods and documents (what they say), importing (a file, step by step), selling (our orders, told to it).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.connectors.base import Connector, Given, Unreadable
from crm.connectors.one_c.payloads import given_of


class OneC(Connector):
    """It knocks at a door of its own (`crm.pages.one_c_exchange`): a conversation cannot be proved by one request."""

    name = "one_c"
    label = _("1C:Enterprise")
    route = "hooks:one-c"
    secrets: ClassVar[Mapping[str, str | Promise]] = {
        "password": _("Password of the exchange (the user is called “1c”)")
    }
    proving_secrets = made_here = frozenset({"password"})

    def read(self, topic: str, body: bytes) -> Sequence[Given]:
        try:
            return given_of(topic, json.loads(body))
        except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError) as error:
            raise Unreadable from error
