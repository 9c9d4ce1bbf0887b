"""A developer's machine: the database and the broker come with the package unless their URLs are given."""

from config import embedded
from config.settings.base import *
from config.settings.base import BASE_DIR, LOGGING, env

DEBUG = env.bool("DEBUG", default=True)
SECRET_KEY = "development-only-" + "0" * 40
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]", "testserver"]
INTERNAL_IPS = ["127.0.0.1"]

EMBEDDED_STATE = embedded.state_folder(BASE_DIR)
DATABASES = {"default": embedded.database(env, state=EMBEDDED_STATE)}
CELERY_BROKER_URL = embedded.broker_url(env, state=EMBEDDED_STATE)
# Shared only where a broker of the package runs: with one of its own, a developer names a cache of their own too.
CACHES = {"default": embedded.cache(env, state=None if env.str("BROKER_URL", default="") else EMBEDDED_STATE)}
LOGGING["handlers"]["console"]["formatter"] = "console"
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

# Loudly relaxed on a developer's machine: every page of staff says so.
STAFF_SECOND_FACTOR_REQUIRED = env.bool("STAFF_SECOND_FACTOR_REQUIRED", default=False)
SETUP_FROM_THIS_MACHINE = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
# A receiver that is being written on the same machine.
OUTSIDE_TRUSTED_NETWORKS = env.list("OUTSIDE_TRUSTED_NETWORKS", default=["127.0.0.0/8", "::1/128"])
