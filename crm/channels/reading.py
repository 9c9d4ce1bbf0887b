"""What providers write in JSON, read without trust. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from crm.channels.base import UnreadableDelivery

# Numbers above are milliseconds since 1970, as they have been since 2001.
SECONDS_END = 10**11
# For news without a time of their own: `receiving` takes the moment it heard of them, which is earlier.
WHEN_HEARD = datetime.max.replace(tzinfo=UTC)


def json_object(body: bytes) -> dict[str, Any]:
    """Raises UnreadableDelivery."""
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableDelivery from error
    if not isinstance(found, dict):
        raise UnreadableDelivery
    return found


def moment(told: Any) -> datetime:
    """Seconds or milliseconds since 1970, or ISO 8601; without an offset it is UTC. Raises ValueError."""
    if isinstance(told, bool) or told is None:
        raise ValueError(told)
    if isinstance(told, int | float):
        seconds = told / 1000 if abs(told) >= SECONDS_END else told
        try:
            return datetime.fromtimestamp(seconds, UTC)
        except (OverflowError, OSError) as error:
            raise ValueError(told) from error
    found = datetime.fromisoformat(str(told))
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def at_path(told: Mapping[str, Any], path: str) -> Any:
    """What stands under "messages.0.id"; None: nothing."""
    found: Any = told
    for name in path.split("."):
        if isinstance(found, Mapping):
            found = found.get(name)
        elif isinstance(found, list) and name.isdigit() and int(name) < len(found):
            found = found[int(name)]
        else:
            return None
    return found


def text_at(told: Mapping[str, Any], path: str) -> str:
    found = at_path(told, path)
    return str(found) if isinstance(found, str | int | float) and not isinstance(found, bool) else ""
