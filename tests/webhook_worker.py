"""A worker that does nothing but tell webhooks, for tests that kill it: `python -m tests.webhook_worker`."""

import time

import django

django.setup()

from crm.webhooks.tasks import send_webhooks  # noqa: E402 - models are read once Django is set up

if __name__ == "__main__":
    while True:
        send_webhooks()
        time.sleep(0.02)
