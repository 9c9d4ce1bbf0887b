# Every tool runs inside the environment that manage.py makes: nothing needs to be installed or activated.
MANAGE = python3 manage.py
RUN = $(MANAGE) -m
# Nobody had data yet when these changed tables: they need not be gentle to a running release.
BEFORE_THE_FIRST_RELEASE = 0003_import_in_two_steps 0006_answers_to_the_letter
APPS = config crm loyalty surveys support

.PHONY: check lint types contracts django migrations words security test compatible bench bench-ledger bench-quotes bench-support bench-surveys bench-figures bench-connectors bench-webhooks nightly lock

check: lint types contracts django migrations words security

lint:
	$(RUN) ruff check .
	$(RUN) ruff format --check .

types:
	$(RUN) mypy $(APPS)

contracts:
	$(MANAGE) -c "from importlinter.cli import lint_imports_command; lint_imports_command()"

# What production says of itself. Nothing is connected to: the names only have to be there.
django: export SECRET_KEY = $(shell python3 -c "import secrets; print(secrets.token_urlsafe(64))")
django:
	$(MANAGE) check --fail-level WARNING
	DJANGO_SETTINGS_MODULE=config.settings.production ALLOWED_HOSTS=crm.example \
	DATABASE_URL=postgres://veren@db.example/veren BROKER_URL=redis://broker.example/0 \
	$(MANAGE) check --deploy --fail-level WARNING

migrations:
	$(MANAGE) makemigrations --check --dry-run
	DJANGO_SETTINGS_MODULE=config.settings.test $(MANAGE) lintmigrations --quiet ok ignore \
	--include-apps $(filter-out config,$(APPS)) --ignore-name $(BEFORE_THE_FIRST_RELEASE)

words:
	$(MANAGE) catalogues --check

security:
	$(RUN) bandit -q -ll -c pyproject.toml -r $(APPS) manage.py

test:
	$(MANAGE) test

# The previous commit's code on the schema of this one; SINCE names another, such as the last release.
compatible:
	$(RUN) tests.compatible --since $(or $(SINCE),HEAD~1)

bench:
	$(RUN) tests.bench

# LEDGER_BENCH=full: the sizes of the goals.
bench-ledger:
	$(RUN) tests.bench ledger

bench-quotes:
	$(RUN) tests.bench quotes

# SUPPORT_BENCH=full: the sizes of the goals.
bench-support:
	$(RUN) tests.bench support

# SURVEYS_BENCH=full: the sizes of the goals.
bench-surveys:
	$(RUN) tests.bench surveys

# BENCH_ORDERS says how many orders there are to be: 10,000,000 unless it is said.
bench-figures:
	$(RUN) tests.bench figures

# CONNECTORS_BENCH=full: the day of the goals.
bench-connectors:
	$(RUN) tests.bench connectors

# WEBHOOKS_BENCH=full: 10,000 events.
bench-webhooks:
	$(RUN) tests.bench webhooks

nightly:
	VEREN_NIGHTLY=1 $(MANAGE) test -m "nightly or not nightly"
	$(RUN) tests.bench

# Writes requirements.txt: every version with its hashes, and no address of any index.
lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --custom-compile-command "make lock" --group dev pyproject.toml -o requirements.txt
