"""A worker that does nothing but send, for tests that kill it: `python -m tests.sending_worker`."""

import time

import django

django.setup()

from crm.channel_tasks import send_due  # noqa: E402 - models are read once Django is set up

if __name__ == "__main__":
    while True:
        send_due()
        time.sleep(0.02)
