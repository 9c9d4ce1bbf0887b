"""How a composed mail leaves: by SMTP or by a provider. What went wrong is told in the three words of a channel.

Before the server has the whole mail nothing is sent; once it answers, its answer counts; between the two nobody knows.
"""

from __future__ import annotations

import smtplib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import requests
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from crm.channels.base import NotTaken, PerhapsSent, TryLater
from crm.channels.email.providers import PROVIDERS
from crm.channels.email.settings import SMTP, EmailSettings

TIMEOUT_SECONDS = 15
LONGEST_REASON = 200
SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
NOT_OUR_KEY = frozenset([401, 402, 403])
TOO_MANY = 429
UNAVAILABLE = 503


def carry(mail: EmailMessage, settings: EmailSettings, secrets: Mapping[str, str]) -> None:
    """Raises TryLater, NotTaken, PerhapsSent."""
    if settings.sends_by in PROVIDERS:
        _by_provider(mail, settings, secrets)
    else:
        _by_server(mail, _server(settings, secrets))


def _server(settings: EmailSettings, secrets: Mapping[str, str]) -> BaseEmailBackend:
    """The account's own, or that of the house."""
    if settings.sends_by != SMTP:
        return _connection(None)
    return _connection(
        SMTP_BACKEND,
        host=settings.smtp_host,
        port=settings.smtp_port,
        username=settings.smtp_user or "",
        password=secrets.get("smtp_password", ""),
        use_tls=settings.smtp_security == "starttls",
        use_ssl=settings.smtp_security == "tls",
        timeout=TIMEOUT_SECONDS,
    )


def _connection(backend: str | None, **options: Any) -> BaseEmailBackend:
    connection: BaseEmailBackend = get_connection(backend, fail_silently=False, **options)
    return connection


def _by_server(mail: EmailMessage, connection: BaseEmailBackend) -> None:
    try:
        connection.open()
    except (OSError, smtplib.SMTPException) as error:
        raise TryLater(_said(error)) from error
    try:
        connection.send_messages([mail])
    except smtplib.SMTPRecipientsRefused as error:
        _refused(*next(iter(error.recipients.values())), of_address=True)
    except (smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        _refused(error.smtp_code, error.smtp_error)
    except smtplib.SMTPNotSupportedError as error:
        raise NotTaken(_said(error)) from error
    except (
        OSError,
        smtplib.SMTPException,
    ) as error:  # the line broke somewhere between the first word and the last
        raise PerhapsSent(_said(error)) from error
    except ValueError as error:
        raise NotTaken(_said(error)) from error
    finally:
        _close(connection)


def _close(connection: BaseEmailBackend) -> None:
    """A server that is gone already has taken or refused before."""
    try:
        connection.close()
    except (OSError, smtplib.SMTPException):
        return


def _refused(code: int, said: bytes | str, *, of_address: bool = False) -> None:
    """Raises TryLater (4…), NotTaken (5…)."""
    words = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    reason = f"{code} {words}"[:LONGEST_REASON]
    if 400 <= code < 500:
        raise TryLater(reason)
    raise NotTaken(reason, is_address_dead=of_address and code in (550, 551, 553) and "5.7" not in words)


def _by_provider(mail: EmailMessage, settings: EmailSettings, secrets: Mapping[str, str]) -> None:
    provider = PROVIDERS[settings.sends_by]
    options: dict[str, Any] = {provider.key: secrets.get("provider_key", "")}
    if settings.provider_url:
        options["api_url"] = settings.provider_url
    if provider.domain and settings.provider_domain:
        options[provider.domain] = settings.provider_domain
    try:
        _connection(provider.backend, **options).send_messages([mail])
    except AnymailRecipientsRefused as error:
        raise NotTaken(_said(error), is_address_dead=True) from error
    except AnymailAPIError as error:
        raise _of_provider(error) from error
    except (AnymailError, ValueError) as error:
        raise NotTaken(_said(error)) from error
    except OSError as error:
        raise PerhapsSent(_said(error)) from error
    _look_closer(mail)


def _look_closer(mail: EmailMessage) -> None:
    """What anymail finds in no answer it knows, it calls sent.

    Raises:
        NotTaken: the provider's answer was an error all the same.
    """
    status = mail.anymail_status  # type: ignore[attr-defined]
    answer = status.esp_response
    code = getattr(answer, "status_code", None)
    if "failed" in (status.status or ()) or (code is not None and code >= 400):
        raise NotTaken(f"{code} {getattr(answer, 'text', '')}"[:LONGEST_REASON])


def _of_provider(error: AnymailAPIError) -> Exception:
    """A wrong key is ours to mend: the mail waits. A line that never stood carried nothing."""
    status, reason = error.status_code, _said(error)
    if status in NOT_OUR_KEY or status in (TOO_MANY, UNAVAILABLE):
        return TryLater(reason, after=_pause(error))
    if status is not None and 400 <= status < 500:
        return NotTaken(reason)
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError) or _never_stood(error):
        return TryLater(reason)
    return PerhapsSent(reason)


def _never_stood(error: AnymailAPIError) -> bool:
    return isinstance(error, requests.ConnectionError) and "NewConnectionError" in repr(error.__cause__)


def _pause(error: AnymailAPIError) -> timedelta | None:
    told = error.response.headers.get("Retry-After", "") if error.response is not None else ""
    return timedelta(seconds=min(int(told), 3600)) if told.isdecimal() else None


def _said(error: BaseException) -> str:
    """Without the addresses that servers like to repeat."""
    words = " ".join(str(error).split())
    return f"{type(error).__name__}: {words}"[:LONGEST_REASON]
