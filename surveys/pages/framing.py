"""A survey in a frame on a page of the shop's own site: see static/js/survey-widget.js.

Only what an open link opens is shown so: nobody's name stands there. And only pages of the sites that the chat knows
may show it.
"""

from __future__ import annotations

from urllib.parse import urlencode

from csp.constants import SELF
from django.http import HttpRequest, HttpResponse

from crm.channels.chat import Chat, ChatSettings
from crm.models import ChannelAccount

FROM, FRAME, LANGUAGE, PREVIEW = "from", "frame", "language", "preview"
# What goes with the reader from page to page; in the address, for browsers keep nothing for a frame of another site.
CARRIED = (FROM, FRAME, LANGUAGE, PREVIEW)
LONGEST = 10
TRIES = "surveys.view_survey"


def is_framed(request: HttpRequest) -> bool:
    return request.GET.get(FRAME) == "1"


def is_tried(request: HttpRequest) -> bool:
    """A colleague looks at it: what is sent is not kept."""
    return is_framed(request) and request.GET.get(PREVIEW) == "1" and request.user.has_perm(TRIES)


def query(request: HttpRequest) -> str:
    told = {name: request.GET[name][:LONGEST] for name in CARRIED if request.GET.get(name)}
    return f"?{urlencode(told)}" if told else ""


def let_in(response: HttpResponse) -> HttpResponse:
    """The company's own sites may show it in a frame, and so may we."""
    response.xframe_options_exempt = True
    response._csp_replace = {"frame-ancestors": [SELF, *sites()]}  # type: ignore[attr-defined]
    return response


def sites() -> list[str]:
    """As the open chats name them: “https://shop.example”. One query."""
    accounts = ChannelAccount.objects.open().filter(channel=Chat.name)
    return sorted({site for one in accounts for site in ChatSettings.read(one.settings).sites})
