from config import embedded
from config.settings.base import *
from config.settings.base import BASE_DIR, LOGGING, env

SECRET_KEY = "bench-only-" + "0" * 48
ALLOWED_HOSTS = ["127.0.0.1", "localhost"]
EMBEDDED_STATE = embedded.state_folder(BASE_DIR, "bench")
DATABASES = {"default": embedded.database(env, state=EMBEDDED_STATE)}
# Nobody listens there: what is measured needs no broker.
CACHES = {"default": embedded.cache(env, state=EMBEDDED_STATE)}
CELERY_BROKER_URL = env.str("BENCH_BROKER", default="redis://127.0.0.1:1/0")
API_REQUESTS_PER_MINUTE = {"reads": 1_000_000, "writes": 1_000_000}
REACTIONS = env.str("BENCH_REACTIONS", default="config.reactions")
LOGGING["root"]["level"] = "WARNING"
