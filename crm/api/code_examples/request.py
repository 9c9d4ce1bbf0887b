"""What one request says, whatever it is written in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, kw_only=True)
class ExampleRequest:
    """`address` begins with a slash and is percent-encoded, so that no language has to escape it.

    The house's own address and the key are not in it: code takes them from the environment, VEREN and KEY.
    """

    method: str
    address: str
    headers: Mapping[str, str] = field(default_factory=dict)
    # None: nothing is sent.
    body: Any = None
    needs_idempotency_key: bool = False

    @property
    def sent_headers(self) -> dict[str, str]:
        """Those that are the same each time."""
        content_type = {} if self.body is None else {"Content-Type": "application/json"}
        return {**content_type, **self.headers}


class Language(Protocol):
    """`LANG` as syntax highlighters call it, `LABEL` as people do."""

    LANG: str
    LABEL: str

    def source(self, request: ExampleRequest, /) -> str: ...
