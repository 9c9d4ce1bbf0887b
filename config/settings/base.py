"""What is the same everywhere. No `if` here: what differs stands in development, demo, test or production."""

from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import logs

BASE_DIR = Path(__file__).resolve().parents[2]
env = environ.Env()

# ── The house ────────────────────────────────────────────────────────────────
INSTALLED_APPS = [
    "config.apps.ConfigConfig",
    "crm",
    "loyalty",
    "surveys",
    "support",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "pgtrigger",
    "pghistory",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_celery_beat",
    "django_htmx",
    "csp",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "config.apps.VerenAdminConfig",
]

MIDDLEWARE = [
    "config.logs.RequestLogMiddleware",
    "config.metrics.RequestMetricsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "crm.languages.LanguageMiddleware",
    "crm.company.CompanyClockMiddleware",
    "crm.audit.WhoChangesMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "builtins": ["crm.templatetags.veren"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crm.company.on_page",
                "crm.sign_in.on_page",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# ── The wiring tables: dotted names, so that apps need not import config ─────
REACTIONS = "config.reactions"
ABILITIES = "config.abilities"
CUSTOMER_PAGE = "config.customer_page"
DASHBOARD = "config.dashboard"
DESK = "config.desk"
SEARCH = "config.search"
IDENTIFIERS = "config.identifiers"
NOTICES = "config.notices"
OUTGOING = "config.outgoing"
PERSONAL_DATA = "config.personal_data"
IMPORT_KINDS = "config.import_kinds"
PROBLEM_TYPE_BASE = env.str("PROBLEM_TYPE_BASE", default="/api/v1/problems/")
# A language model that helps the answer bot to choose among the articles it found: see support.bot.choosing.
BOT_CHOOSER = env.str("BOT_CHOOSER", default="")

# ── People ───────────────────────────────────────────────────────────────────
AUTH_USER_MODEL = "crm.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "crm.sign_in.StaffAdapter"
ACCOUNT_FORMS = {"login": "crm.sign_in.SignInForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# The admin is shut without a second factor in this very session; no browser is trusted for longer.
STAFF_SECOND_FACTOR_REQUIRED = True
MFA_ADAPTER = "crm.sign_in.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TRUST_ENABLED = False
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1
# Accounts are made by colleagues, who know the address.
MFA_ALLOW_UNVERIFIED_EMAIL = True
# Who may set up an empty house without the link that the console prints: see crm.pages.setup.
SETUP_FROM_THIS_MACHINE = False
ROLES = "config.roles"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

# Keys the digests of people who were erased; empty: made from SECRET_KEY, and then lost when that is changed.
SUPPRESSION_KEY = env.str("SUPPRESSION_KEY", default="")

# Where customers reach this house: what a message links to is written without a request to read it from.
PUBLIC_ADDRESS = env.str("PUBLIC_ADDRESS", default="http://127.0.0.1:8000")
# Notices that wake people wait from the first hour to the second, on the clock of whoever gets them.
QUIET_HOURS = (env.int("QUIET_FROM_HOUR", default=21), env.int("QUIET_UNTIL_HOUR", default=9))
# No more advertising than this to one person in seven days.
ADVERTISING_PER_WEEK = env.int("ADVERTISING_PER_WEEK", default=2)
# A larger budget of goodwill for an incident needs a second person, in the programme's currency.
INCIDENT_GOODWILL_ALONE = Decimal(env.str("INCIDENT_GOODWILL_ALONE", default="100"))

# ── Languages and places ─────────────────────────────────────────────────────
# Words that customers should not have to read, beside those of crm.jargon: language → {stem*: what to say instead}.
MORE_JARGON: dict[str, dict[str, str]] = {}
LANGUAGES = [("bg", _("Bulgarian")), ("ru", _("Russian")), ("en", _("English"))]
LANGUAGE_CODE = "en"
LOCALE_PATHS = [BASE_DIR / "config" / "locale"]
FORMAT_MODULE_PATH = ["config.formats"]
TIME_ZONE = env.str("TIME_ZONE", default="UTC")
USE_TZ = True
USE_I18N = True
USE_THOUSAND_SEPARATOR = True

# ── Web ──────────────────────────────────────────────────────────────────────
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = Path(env.str("MEDIA_ROOT", default=str(BASE_DIR / "media")))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DEMO = False
DEMO_PROVIDERS_URL = ""

# ── API ──────────────────────────────────────────────────────────────────────
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["crm.api.keys.ApiKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["crm.api.scopes.HasScope"],
    "DEFAULT_PARSER_CLASSES": ["crm.api.parsers.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": [],
    "DEFAULT_SCHEMA_CLASS": "crm.api.schema.VerenSchema",
    "EXCEPTION_HANDLER": "config.problems.problem_response",
    "COERCE_DECIMAL_TO_STRING": True,
    "UNAUTHENTICATED_USER": None,
}
# Of each key, unless it has figures of its own.
API_REQUESTS_PER_MINUTE = {
    "reads": env.int("API_READS_PER_MINUTE", default=1200),
    "writes": env.int("API_WRITES_PER_MINUTE", default=600),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Veren API",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_AUTHENTICATION": [],
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SCHEMA_PATH_PREFIX": r"/api/v1",
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": ["crm.api.schema.refuse_unknown_members"],
}

# ── Database: two roles, see docs/decisions ──────────────────────────────────
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASE_OWNER_ROLE = env.str("DATABASE_OWNER_ROLE", default="veren_owner")
DATABASE_APP_ROLE = env.str("DATABASE_APP_ROLE", default="veren_app")

# ── Background work ──────────────────────────────────────────────────────────
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_TIME_LIMIT = 30 * 60
CELERY_TASK_SOFT_TIME_LIMIT = 29 * 60
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 2 * 30 * 60,
    "unacked_restore_interval": 10,
    "socket_keepalive": True,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = {
    "forget idempotency keys": {
        "task": "crm.tasks.forget_idempotency_keys",
        "schedule": crontab(minute="17"),
    },
    "continue imports": {
        "task": "crm.importing.tasks.continue_imports",
        "schedule": crontab(),
    },
    "continue bulk jobs": {
        "task": "crm.api.bulk_tasks.continue_bulk_jobs",
        "schedule": crontab(),
    },
    "fetch mail": {
        "task": "crm.mail_tasks.poll_mailboxes",
        "schedule": crontab(),
    },
    "continue deliveries": {
        "task": "crm.channel_tasks.continue_deliveries",
        "schedule": timedelta(seconds=20),
    },
    "send what is due": {
        "task": "crm.channel_tasks.send_due",
        "schedule": timedelta(seconds=10),
        "options": {"expires": 10},
    },
    # A chat is promised an answer within a minute.
    "climb ladders": {
        "task": "support.clock_tasks.climb_ladders",
        "schedule": timedelta(seconds=15),
        "options": {"expires": 15},
    },
    "count by changed calendars": {
        "task": "support.clock_tasks.count_anew",
        "schedule": crontab(),
    },
    "look after tickets": {
        "task": "support.ticket_tasks.look_after_tickets",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},
    },
    "look after incidents": {
        "task": "support.incident_tasks.look_after_incidents",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},
    },
    "watch for bursts": {
        "task": "support.incident_tasks.watch_for_bursts",
        "schedule": timedelta(minutes=3),
        "options": {"expires": 180},
    },
    # A customer whom the bot has not answered within two minutes talks to a person.
    "sweep up after the bot": {
        "task": "support.bot_tasks.sweep_bot",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},
    },
    "ask departments": {
        "task": "support.ticket_tasks.ask_departments",
        "schedule": crontab(),
    },
    # A few days after its end: what comes back and what is reviewed late counts as well.
    "recognise colleagues": {
        "task": "support.ticket_tasks.recognise_colleagues",
        "schedule": crontab(minute="20", hour="4", day_of_month="4"),
    },
    # What readers of the help centre did in the 72 hours after it.
    "settle visits": {
        "task": "support.help.tasks.settle_visits",
        "schedule": crontab(minute="15"),
    },
    "close tickets": {
        "task": "support.ticket_tasks.close_tickets",
        "schedule": crontab(minute="35"),
    },
    # An unhappy answer is somebody's within a minute; see surveys.scanning for what it waits for.
    "settle answers": {
        "task": "surveys.tasks.settle_answers",
        "schedule": timedelta(seconds=10),
        "options": {"expires": 10},
    },
    # In the morning of each clock, and once for each promised day.
    "tell of late parcels": {
        "task": "crm.channel_tasks.tell_of_late_parcels",
        "schedule": crontab(minute="25"),
    },
    "forget joining requests": {
        "task": "loyalty.joining_tasks.forget_joining_requests",
        "schedule": crontab(minute="*/10"),
    },
    "forget bulk jobs": {
        "task": "crm.api.bulk_tasks.forget_bulk_jobs",
        "schedule": crontab(minute="47"),
    },
    "continue replays": {
        "task": "loyalty.replay_tasks.continue_replays",
        "schedule": crontab(),
    },
    "confirm points": {
        "task": "loyalty.tasks.confirm_points",
        "schedule": crontab(minute="*/10"),
    },
    "expire points": {
        "task": "loyalty.tasks.expire_points",
        "schedule": crontab(minute="5"),
    },
    "tell of expiry": {
        "task": "loyalty.tasks.tell_of_expiry",
        "schedule": crontab(minute="30", hour="6"),
    },
    # After midnight a month may have dropped out of what counts.
    "decide about tiers": {
        "task": "loyalty.tier_tasks.decide_tiers",
        "schedule": crontab(minute="50", hour="2"),
    },
    "release abandoned holds": {
        "task": "loyalty.tasks.release_abandoned_holds",
        "schedule": crontab(),
    },
    # What changed each night, and everything once a week.
    "prove the ledger": {
        "task": "loyalty.tasks.prove_what_changed",
        "schedule": crontab(minute="20", hour="1", day_of_week="1-6"),
    },
    "prove the whole ledger": {
        "task": "loyalty.tasks.prove_ledger",
        "schedule": crontab(minute="20", hour="1", day_of_week="0"),
    },
    # A birthday begins at another hour in each time zone.
    "give gifts": {
        "task": "loyalty.reward_tasks.give_gifts",
        "schedule": crontab(minute="10"),
    },
    "pay referrals": {
        "task": "loyalty.reward_tasks.pay_referrals",
        "schedule": crontab(minute="40"),
    },
    "continue batches of coupons": {
        "task": "loyalty.reward_tasks.continue_batches",
        "schedule": crontab(),
    },
    # One that waited longer than its turn is thrown away: its age must not look young when a worker comes back.
    "canary": {
        "task": "crm.tasks.sing",
        "schedule": timedelta(seconds=30),
        "options": {"expires": 30},
    },
}
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# ── Watching: who sends METRICS_TOKEN sees /metrics; without one only this machine does ──────────────────────
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# Probes come from inside, without TLS.
SECURE_REDIRECT_EXEMPT = [r"^livez$", r"^readyz$", r"^metrics$"]

# ── Logs: JSON on standard output, never a personal datum ────────────────────
LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "json": logs.FORMATTER,
        "console": {"format": "%(levelname)s %(name)s %(message)s"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    # What was refused stands in config.access, one line a request.
    # httpx writes every address it calls, and a bot's holds its secret.
    "loggers": {"django.request": {"level": "ERROR"}, "httpx": {"level": "WARNING"}},
}
