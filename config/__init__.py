from config.celery import app as celery_app  # noqa: F401  shared tasks belong to it, in every process
