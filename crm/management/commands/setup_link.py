from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.management.base import BaseCommand
from django.urls import reverse
from django.utils import timezone

from crm import installing


class Command(BaseCommand):
    help = (
        "Prints the link that opens the setup of an empty installation in a browser elsewhere, for 24 hours."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if not installing.is_empty():
            self.stdout.write("Somebody works here already: the setup is closed. Sign in instead.")
            return
        token = installing.link_token(at=timezone.now())
        self.stdout.write("Nobody works here yet. To set the house up, open within 24 hours:")
        self.stdout.write(f"  {_origin()}{reverse('setup')}?{urlencode({'token': token})}")


def _origin() -> str:
    """The first address that this installation answers to by name."""
    named = [host.lstrip(".") for host in settings.ALLOWED_HOSTS if host not in ("*", "testserver")]
    scheme = "https" if getattr(settings, "SECURE_SSL_REDIRECT", False) else "http"
    return f"{scheme}://{named[0]}" if named else ""
