"""What `manage.py demo` runs: development with the doors of `/` open to this machine, and static files compressed."""

from config.settings.development import *

DEBUG = False
DEMO = True
WHITENOISE_USE_FINDERS = True
