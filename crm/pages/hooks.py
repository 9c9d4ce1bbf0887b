"""Where providers of channels knock: proved, kept, answered. What came of it is made in the background."""

from __future__ import annotations

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from crm.channel_tasks import start_working_off
from crm.channels import channel_named
from crm.channels.base import Asked
from crm.errors import Refusal
from crm.messages import receiving

# Django reads bodies of 5 MB at most; mails with their files are larger.
LARGEST_BODY = 40 * 1024 * 1024


class DeliveryTooLarge(Refusal):
    code = "delivery-too-large"
    title = _("A delivery may hold 40 MB at most.")
    status = 413


@csrf_exempt  # a provider has no session: what it sends is proved by its signature
@require_http_methods(["GET", "POST"])
def hook(request: HttpRequest, channel: str, key: str) -> HttpResponse:
    """200 once it is kept; the same again is 200 too. Whoever proves nothing gets a refusal without a reason."""
    try:
        account = receiving.account_at(channel, key)
        asked = _asked(request)
        with transaction.atomic():
            kept = receiving.take(account, asked, at=timezone.now())
            if kept:
                start_working_off(kept)
        answer = channel_named(channel).answer(account, asked)
    except Refusal as refused:
        return HttpResponse(status=refused.status)
    return HttpResponse(answer, content_type="application/json" if answer[:1] == b"{" else "text/plain")


def _asked(request: HttpRequest) -> Asked:
    """Only what is sent to an address that somebody listens at is read.

    Raises:
        DeliveryTooLarge.
    """
    body = request.read(LARGEST_BODY + 1)
    if len(body) > LARGEST_BODY:
        raise DeliveryTooLarge
    return Asked(
        method=request.method or "",
        headers={name.lower(): value for name, value in request.headers.items()},
        query=request.GET.dict(),
        body=body,
        address=request.build_absolute_uri(request.path),
    )
