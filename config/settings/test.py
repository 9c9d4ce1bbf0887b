"""The suite: its own embedded cluster, that forgets what it wrote when the power goes (fsync off)."""

from config import embedded
from config.settings.base import *
from config.settings.base import BASE_DIR, INSTALLED_APPS, LOGGING, env

INSTALLED_APPS = [*INSTALLED_APPS, "django_migration_linter"]

DEBUG = False
SECRET_KEY = "test-only-" + "0" * 48
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]

EMBEDDED_STATE = embedded.state_folder(BASE_DIR, "test")
DATABASES = {"default": embedded.database(env, state=EMBEDDED_STATE, durable=False)}
# Nothing is published in tests unless a test starts a broker of its own.
CELERY_BROKER_URL = "memory://"
CACHES = {"default": {"BACKEND": "crm.caching.OwnCache", "LOCATION": "test"}}
# Out of the way of tests that ask a lot; those of the limits set their own.
API_REQUESTS_PER_MINUTE = {"reads": 1_000_000, "writes": 1_000_000}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True
LOGGING["root"]["level"] = "WARNING"

# Loudly relaxed in most tests; those of the second factor ask for it.
STAFF_SECOND_FACTOR_REQUIRED = env.bool("STAFF_SECOND_FACTOR_REQUIRED", default=False)
SETUP_FROM_THIS_MACHINE = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
# Receivers of tests stand there; traps stand at 127.0.0.2.
OUTSIDE_TRUSTED_NETWORKS = ["127.0.0.1/32"]
