"""What a privilege is: what it is called, its settings, and what a shop is told of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.utils.functional import Promise

from crm.typed_settings import Settings


@dataclass(frozen=True, kw_only=True)
class Privilege(Settings):
    """One kind of privilege. Its fields are its settings; they are published to shops as they stand."""

    kind: ClassVar[str]
    label: ClassVar[str | Promise]

    def is_allowed(self, *, has_tier: bool, at: datetime) -> bool:
        return has_tier

    def figures(self) -> Mapping[str, Any]:
        return self.settings()

    def aloud(self) -> str:
        """What the member has, as a sentence in the reader's language."""
        return str(self.label)
