"""What the house writes about itself: one line of JSON per event, who and where by id, never a personal datum.

Our own loggers may say what they like: what they say is ours to keep clean. From everybody else's we take the words
of the message without what was filled in, since that may be an address, a body, a value that broke a constraint.
Of an error we take its kind and the places it passed, never its message.
"""

from __future__ import annotations

import logging
import re
import time
import uuid
from collections.abc import Callable, Mapping, MutableMapping
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import structlog

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

Event = MutableMapping[str, Any]

OURS = ("config", "crm", "loyalty", "surveys", "support")
REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
# Of what Celery knows about a task that failed: not its arguments, not its result.
TASK_FACTS = ("name", "id")
# Where the fixed words of a message usually end, when somebody has already filled it in.
END_OF_WORDS = re.compile(r"[:=\"'\n]")
PLACEHOLDER = re.compile(r"%(\(\w+\))?[a-z]")
# Errors that speak of the installation and of nobody: their messages help whoever runs it.
ABOUT_THE_INSTALLATION = {"ImproperlyConfigured", "ImportError", "ModuleNotFoundError", "EmbeddedError"}
# Every LogRecord has these; what else it has came as `extra`.
STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
PLACES = 12
PROBES = ("/livez", "/readyz", "/metrics")

_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)
_task: ContextVar[Mapping[str, str] | None] = ContextVar("task", default=None)

access = logging.getLogger("config.access")


# ── Who and where: asked of the request when a line is written, since it learns it on its way ────────────────
def whereabouts() -> dict[str, Any]:
    """What to say of the present request or task: ids and the pattern of the address."""
    request = _request.get()
    return {**(_task.get() or {}), **(_of_request(request) if request else {})}


def _of_request(request: HttpRequest) -> dict[str, Any]:
    found: dict[str, Any] = {"request_id": request.request_id}  # type: ignore[attr-defined]
    # The pattern: a real address may hold what somebody typed.
    if match := request.resolver_match:
        found["route"] = match.route
    # Only when somebody has asked who it is: a line in the log is no reason for a query.
    if (user := getattr(request, "_cached_user", None)) and user.pk:
        found["actor"] = user.pk
    if key := getattr(request, "auth", None):
        found |= {"api_key": key.pk, "shop": key.shop.pk}
    return found


class RequestLogMiddleware:
    """Names each request, answers its name in X-Request-ID, and writes one line about it. Stands first."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.request_id = _request_id(request.headers.get("X-Request-ID", ""))  # type: ignore[attr-defined]
        began = time.monotonic()
        token = _request.set(request)
        status = 500  # when the error page itself breaks there is no response
        try:
            response = self.get_response(request)
            status = response.status_code
        finally:
            _write(request, status, milliseconds=round(1000 * (time.monotonic() - began)))
            _request.reset(token)
        response.headers["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]
        return response


def _request_id(sent: str) -> str:
    """The proxy's name for the request when it is a plain one: it comes from outside and goes into every line."""
    return sent if REQUEST_ID.fullmatch(sent) else uuid.uuid4().hex


def _write(request: HttpRequest, status: int, *, milliseconds: int) -> None:
    level = logging.ERROR if status >= 500 else logging.INFO
    if level == logging.INFO and request.path in PROBES:
        level = logging.DEBUG
    facts = {"method": method_of(request), "status": status, "milliseconds": milliseconds}
    access.log(level, "answered", extra=facts)


def method_of(request: HttpRequest) -> str:
    """The method, when it is one: anybody may send any word in its place."""
    known = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
    return request.method if request.method in known else "OTHER"


# ── Tasks: each knows the request that asked for it ──────────────────────────
def send_along(headers: dict[str, Any] | None = None, **_: Any) -> None:
    """Celery's `before_task_publish`: the request's name travels, and no arguments in readable form."""
    if headers is None:
        return
    headers |= {"argsrepr": "", "kwargsrepr": ""}
    if request_id := whereabouts().get("request_id"):
        headers["request_id"] = request_id


def begin_task(task_id: str = "", task: Any = None, **_: Any) -> None:
    """Celery's `task_prerun`."""
    facts = {"task": task.name, "task_id": task_id}
    if request_id := (getattr(task.request, "headers", None) or {}).get("request_id"):
        facts["request_id"] = request_id
    _task.set(facts)


def end_task(**_: Any) -> None:
    """Celery's `task_postrun`."""
    _task.set(None)


def keep_our_logs(loglevel: int | None = None, **_: Any) -> None:
    """Celery's `setup_logging`: whoever hears it does it, so Celery leaves the handlers of the settings alone."""
    if loglevel:
        logging.getLogger("celery").setLevel(loglevel)


# ── Processors of structlog ──────────────────────────────────────────────────
def say_where(logger: Any, method: str, event: Event) -> Event:
    return {**whereabouts(), **event}


def keep_personal_data_out(logger: Any, method: str, event: Event) -> Event:
    record: logging.LogRecord = event["_record"]
    if is_ours(record.name):
        event.update({name: value for name, value in vars(record).items() if name not in STANDARD})
    else:
        event["event"] = _words(record.msg) or record.funcName
        event.update(_task_facts(record))
    return event


def _words(message: object) -> str:
    """What its author wrote, before anything was filled in; nothing when it is all filled in."""
    if not isinstance(message, str):
        return type(message).__name__
    words = END_OF_WORDS.split(message, maxsplit=1)[0]
    return words if PLACEHOLDER.sub("", words).strip() else ""


def _task_facts(record: logging.LogRecord) -> dict[str, Any]:
    data = getattr(record, "data", None)
    if not record.name.startswith("celery.") or not isinstance(data, dict):
        return {}
    return {f"task_{fact}": data[fact] for fact in TASK_FACTS if fact in data}


def describe_error(logger: Any, method: str, event: Event) -> Event:
    """Kind and places of an error, innermost first, and of what caused it. Its message may quote anything."""
    information = event.pop("exc_info", None)
    event.pop("stack_info", None)
    error = information[1] if isinstance(information, tuple) else information
    if isinstance(error, BaseException):
        event["error"] = " ← ".join(_chain(error))
        event["places"] = _places(error)
        if type(error).__name__ in ABOUT_THE_INSTALLATION:
            event["reason"] = str(error)
    return event


def _chain(error: BaseException) -> list[str]:
    """Names of the error's type and of what it came from."""
    names: list[str] = []
    link: BaseException | None = error
    while link and len(names) < PLACES:
        names.append(type(link).__name__)
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return names


def _places(error: BaseException) -> list[str]:
    places: list[str] = []
    trace = error.__traceback__
    while trace:
        code = trace.tb_frame.f_code
        places.append(f"{'/'.join(code.co_filename.rsplit('/', 2)[-2:])}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places[:-PLACES:-1]


def is_ours(name: str) -> bool:
    return name.partition(".")[0] in OURS


# What is done to every record before it is written.
PROCESSORS = [
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    keep_personal_data_out,
    describe_error,
    say_where,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

FORMATTER: dict[str, Any] = {
    "()": "structlog.stdlib.ProcessorFormatter",
    "foreign_pre_chain": PROCESSORS,
    "processors": [
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ],
}


def as_gunicorn_wants_it(level: str) -> dict[str, Any]:
    """gunicorn speaks before Django has been set up: the same lines, from its own loggers."""
    handlers = {"handlers": ["console"], "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": FORMATTER},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            "gunicorn.error": {**handlers, "level": level.upper()},
            "gunicorn.access": {**handlers, "level": "CRITICAL"},
        },
    }
