"""Why something cannot be had, as part of an answer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from crm.api import fields
from crm.api.shapes import View
from crm.errors import Refusal


class WhyNotView(View):
    code = fields.TextField(help_text="As in the `type` of the problem that trying would be answered with.")
    title = fields.TextField(help_text="In the language that was asked for.")
    figures = fields.ObjectField(help_text="What may be needed to go on: how much is missing, say.")


def why_not_told(refusals: Iterable[Refusal]) -> list[dict[str, Any]]:
    return [
        {"code": refusal.code, "title": str(refusal.title), "figures": refusal.figures}
        for refusal in refusals
    ]
