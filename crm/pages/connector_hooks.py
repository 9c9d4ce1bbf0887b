"""Where systems of shops knock: proved, kept, answered. What came of it is made in the background."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from crm.connectors import inbox, tasks
from crm.errors import Refusal

LARGEST_BODY = 5 * 1024 * 1024


class BroughtTooMuch(Refusal):
    code = "brought-too-much"
    title = _("A delivery may hold 5 MB at most.")
    status = 413


@csrf_exempt  # a shop's system has no session: what it sends is proved by its signature
@require_POST
def hook(request: HttpRequest, key: str) -> HttpResponse:
    """200 once it is kept; the same again is 200 too. Whoever proves nothing gets a refusal without a reason."""
    try:
        connection = inbox.connection_at(key)
        body = _body(request)
        headers = {name.lower(): value for name, value in request.headers.items()}
        with transaction.atomic():
            kept = inbox.take(connection, headers=headers, body=body, at=timezone.now())
            if kept:
                tasks.start_landing(kept)
    except Refusal as refused:
        return HttpResponse(status=refused.status)
    return HttpResponse()


def _body(request: HttpRequest) -> bytes:
    """Raises BroughtTooMuch."""
    body = request.read(LARGEST_BODY + 1)
    if len(body) > LARGEST_BODY:
        raise BroughtTooMuch
    return body
