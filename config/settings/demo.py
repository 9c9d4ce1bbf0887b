"""What `manage.py demo` runs: development with the doors of `/` open to this machine, and static files compressed."""

from config.settings.development import *
from config.settings.development import env

DEBUG = False
DEMO = True
ROOT_URLCONF = "config.demo_urls"
WHITENOISE_USE_FINDERS = True
# The shops' clocks; production names its own by TIME_ZONE.
TIME_ZONE = "Europe/Sofia"
# Where the stand-ins for Telegram, Viber, a gateway of SMS and a mail server answer: see crm.demo.providers.
DEMO_PROVIDERS_URL = env.str("DEMO_PROVIDERS_URL", default="")
