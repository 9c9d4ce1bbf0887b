"""Any system that sends JSON: what its bodies mean is said by a mapping, not by a module.

Read in this order: slots (what a mapping may say), places (where something stands), spellings (how it is written),
reading (what a body says by a mapping), signatures (how its sender is proved), mapping (a mapping, checked), ready
(mappings that are there already).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, tzinfo
from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from crm.connectors.base import Connector, Given, Parcel, Unreadable
from crm.connectors.mapped import signatures
from crm.connectors.mapped.reading import Reader
from crm.connectors.signed_json import parsed


class NoMapping(Unreadable):
    code = "no-mapping"
    title = _(
        "Nobody has said yet what this system sends. Write the mapping of this connection, then try it again."
    )


class AnyJson(Connector):
    """Knows nothing by itself; `knowing` gives the one that knows a connection's mapping and its shop's clock."""

    name = "any-json"
    label = _("Another system that sends JSON")
    secrets: ClassVar[Mapping[str, str | Promise]] = {"webhook_secret": _("Secret of the webhooks")}
    proving_secrets = made_here = frozenset({"webhook_secret"})
    is_agreed = True

    def __init__(self, mapping: Mapping[str, str] | None = None, *, clock: tzinfo = UTC) -> None:
        self.mapping, self.clock = mapping or {}, clock

    def knowing(self, agreed: Mapping[str, str], *, clock: tzinfo) -> AnyJson:
        return AnyJson(agreed, clock=clock)

    def prove(self, secrets: Mapping[str, str], *, headers: Mapping[str, str], body: bytes) -> Parcel | None:
        signatures.prove(self.mapping, secrets["webhook_secret"], headers=headers, body=body)
        return Parcel(delivery_id=hashlib.sha256(body).hexdigest(), topic="json", body=body)

    def read(self, topic: str, body: bytes) -> Sequence[Given]:
        if not self.mapping:
            raise NoMapping
        return Reader(mapping=self.mapping, clock=self.clock).given(parsed(body))
