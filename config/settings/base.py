"""What is the same everywhere. No `if` here: what differs stands in development, demo, test or production."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import environ
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from config import logs, timetable

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
    "crm.words.languages.LanguageMiddleware",
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
            "builtins": ["crm.templatetags.veren", "django.templatetags.l10n"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "crm.company.on_page",
                "crm.colleagues.sign_in.on_page",
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
ROLLUPS = "config.rollups"
DESK = "config.desk"
SEARCH = "config.search"
IDENTIFIERS = "config.identifiers"
NOTICES = "config.notices"
OUTGOING = "config.outgoing"
PERSONAL_DATA = "config.personal_data"
IMPORT_KINDS = "config.import_kinds"
BULK_KINDS = "config.bulk_kinds"
SURVEY_OCCASIONS = "config.survey_occasions"
WORTH = "config.worth"
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
ACCOUNT_ADAPTER = "crm.colleagues.sign_in.StaffAdapter"
ACCOUNT_FORMS = {"login": "crm.colleagues.sign_in.SignInForm"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# The admin is shut without a second factor in this very session; no browser is trusted for longer.
STAFF_SECOND_FACTOR_REQUIRED = True
MFA_ADAPTER = "crm.colleagues.sign_in.SecondFactorAdapter"
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
# Whoever bought nothing for so many days is lost, where the company says nothing else.
LOST_AFTER_DAYS = env.int("LOST_AFTER_DAYS", default=180)
# So long nobody is asked again how something went, or about the company as a whole, where it says nothing else.
ASK_AGAIN_AFTER_DAYS = env.int("ASK_AGAIN_AFTER_DAYS", default=30)
ASK_ABOUT_US_AFTER_DAYS = env.int("ASK_ABOUT_US_AFTER_DAYS", default=90)
# A larger budget of goodwill for an incident needs a second person, in the programme's currency.
INCIDENT_GOODWILL_ALONE = Decimal(env.str("INCIDENT_GOODWILL_ALONE", default="100"))
# A campaign for more people, or one that may cost more, needs a second person, where the company says nothing else.
CAMPAIGN_PEOPLE_ALONE = env.int("CAMPAIGN_PEOPLE_ALONE", default=200)
CAMPAIGN_AMOUNT_ALONE = Decimal(env.str("CAMPAIGN_AMOUNT_ALONE", default="100"))
# What can be done for the people of a campaign: see crm.campaigns.kinds.
CAMPAIGN_KINDS = "config.campaign_kinds"

# ── Languages and places ─────────────────────────────────────────────────────
# Words that customers should not have to read, beside those of crm.words.jargon: language → {stem*: what to say
# instead}.
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
# From here files may be imported again and again; empty: from addresses alone.
IMPORT_FOLDER = env.str("IMPORT_FOLDER", default="")
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
    "POSTPROCESSING_HOOKS": [
        "crm.api.schema.refuse_unknown_members",
        "crm.api.webhook_schema.add_webhooks",
    ],
}

# ── Requests of ours to addresses that somebody typed (webhooks): see crm.outside ────────────────────────────
# Networks that may be called though they are not public, by plain http and at any port: a receiver next door.
OUTSIDE_TRUSTED_NETWORKS: list[str] = env.list("OUTSIDE_TRUSTED_NETWORKS", default=[])
# Bodies hold personal data: they are kept for so long, and the log of deliveries without them for longer.
WEBHOOK_BODIES_KEPT_DAYS = env.int("WEBHOOK_BODIES_KEPT_DAYS", default=14)
WEBHOOK_LOG_KEPT_DAYS = env.int("WEBHOOK_LOG_KEPT_DAYS", default=90)

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
    # Telling a worker is a hint: whoever answers a request does not wait for a broker that is gone. (Workers and
    # the beat have a patience of their own.)
    "max_retries": 0,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_BEAT_SCHEDULE = timetable.TIMETABLE
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
