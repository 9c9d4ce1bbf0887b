"""What a cart asks for, of whichever vendor."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from loyalty.connectors import CodeWanted

WANTED = CodeWanted(
    code="VP-S3M0-3XRD-W0XR",
    amount=Decimal("5.00"),
    currency="EUR",
    until=datetime(2026, 3, 1, 12, 30, tzinfo=UTC),
    smallest_cart=Decimal("10.00"),
)


def wanted(**changed: Any) -> CodeWanted:
    return replace(WANTED, **changed)
