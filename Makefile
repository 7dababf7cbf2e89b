# Two verbs do everything: `make run` and `make test`. `make run PORT=8001` takes another port.
PYTHON ?= python3
BIN := .venv/bin
MANAGE := $(BIN)/python manage.py
PRODUCTION := DEBUG=0 SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))') \
	BASE_URL=https://example.com ALLOWED_HOSTS=example.com

.PHONY: run test torture lint messages screenshots lock

run: .venv/run.stamp .env  ## Everything: web, sender, letter catcher, demo data
	@$(MANAGE) migrate --verbosity 0
	@if grep -q '^DEBUG=1' .env; then $(MANAGE) demo -v0; fi
	@exec $(MANAGE) serve

test: .venv/test.stamp  ## All tests that this machine can run, those in a browser last
	$(BIN)/pytest
	$(BIN)/pytest -m browser --maxprocesses 4

ROUNDS ?= 50
RECIPIENTS ?= 2000
SECONDS ?= 300
TORTURE := $(BIN)/python -m tests.torture --rounds $(ROUNDS) --recipients $(RECIPIENTS)
BROKERS := $(BIN)/python -m tests.torture.brokers --database $(POSTGRES)
torture: .venv/test.stamp  ## Kill senders at random, count each letter's fate; POSTGRES=postgres://… too
	$(BIN)/pytest -m torture -n0
	$(TORTURE)
	$(TORTURE) --delay 0.02
	$(TORTURE) --signal TERM --delay 0.005
	$(TORTURE) --lose-accepted 0.02 --lose-refused 0.02
	$(BIN)/python -m tests.torture.restored
	$(BIN)/python -m tests.torture.restored --steps 30
	$(BIN)/python -m tests.torture.made --kills $(ROUNDS)
	$(BIN)/python -m tests.torture.imports --kills $(ROUNDS)
	$(BIN)/python -m tests.torture.letters
	$(BIN)/python -m tests.torture.leaks
	$(BIN)/python -m tests.torture.senders --kills $(ROUNDS)
	$(BIN)/python -m tests.torture.changes
	$(BIN)/python -m tests.torture.hundreds --kills 6
	$(BIN)/python -m tests.torture.waiting
	$(BIN)/python -m tests.torture.writers --seconds $(SECONDS)
	$(BIN)/python -m tests.torture.memory
	$(BIN)/python -m tests.torture.round_trip
	CORPUS=all $(BIN)/pytest tests/test_corpus.py
	for step in claim claimed mark marked answer answered record cleared; do \
		$(BIN)/python -m tests.torture --rounds 3 --recipients 200 --delay 0.02 --crash-at $$step \
			|| exit 1; done
ifdef POSTGRES
	$(TORTURE) --database $(POSTGRES)
	$(TORTURE) --database $(POSTGRES) --processes 2 --delay 0.02
	$(TORTURE) --database $(POSTGRES) --fault terminate --processes 2
	$(BIN)/python -m tests.torture --database $(POSTGRES) --fault freeze --rounds 8 --recipients 3000
	$(BIN)/python -m tests.torture.restored --database $(POSTGRES)
	$(BIN)/python -m tests.torture.restored --steps 30 --database $(POSTGRES)
	$(BIN)/python -m tests.torture.made --kills $(ROUNDS) --processes 2 --database $(POSTGRES)
	$(BIN)/python -m tests.torture.imports --kills $(ROUNDS) --database $(POSTGRES)
	$(BIN)/python -m tests.torture.letters --database $(POSTGRES) --processes 2
	$(BIN)/python -m tests.torture.frozen --database $(POSTGRES)
	$(BIN)/python -m tests.torture.senders --kills $(ROUNDS) --processes 2 --database $(POSTGRES)
	$(BIN)/python -m tests.torture.changes --processes 2 --database $(POSTGRES)
	$(BIN)/python -m tests.torture.hundreds --kills 6 --processes 3 --database $(POSTGRES)
	$(BIN)/python -m tests.torture.waiting --database $(POSTGRES)
	$(BIN)/python -m tests.torture.memory --database $(POSTGRES)
	$(BIN)/python -m tests.torture.round_trip --database $(POSTGRES)
	for broker in redis rabbitmq; do \
		$(BROKERS) --broker $$broker --fault worker --rounds $(ROUNDS) || exit 1; \
		for fault in children stop broker upkeep machine; do \
			$(BROKERS) --broker $$broker --fault $$fault --rounds 10 || exit 1; done; done
	$(BROKERS) --broker redis --fault flush --rounds 10
	$(BIN)/python -m tests.torture.brokers.slow --database $(POSTGRES)
	DATABASE_URL=$(POSTGRES) $(BIN)/pytest -m torture -n0 apps/delivery/tests/test_deadlocks.py
	$(BIN)/python -m tests.torture --fault restart --rounds 10 --recipients 2000
endif

lint: .venv/test.stamp  ## Style, templates, layers, types, migrations, deployment settings, security
	$(BIN)/flake8
	$(BIN)/djlint templates --check --quiet
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/lint-imports --no-cache
	SECRET_KEY=lint DEBUG=1 $(BIN)/mypy
	$(BIN)/bandit -q -r apps project -x '*/tests/*' -s B101,B104,B105,B106,B107,B311,B404,B603
	SECRET_KEY=lint DEBUG=1 $(MANAGE) makemigrations --check --dry-run
	$(PRODUCTION) $(MANAGE) check --deploy --fail-level WARNING

messages: .venv/test.stamp  ## Collect the words to translate (needs gettext), compile them
	SECRET_KEY=messages $(MANAGE) makemessages -l ru --no-location --no-obsolete -i .venv -i var -i tests -i benchmarks
	$(BIN)/python -m tests.compile_messages

screenshots: .venv/test.stamp  ## The pictures of the guide and the README, from the demo (needs Chromium)
	$(BIN)/python -m tests.screenshots

lock: .venv/test.stamp  ## Resolve the dependencies of pyproject.toml anew
	$(BIN)/pip install -qq uv
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml -o requirements.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra demo -c requirements.txt pyproject.toml -o requirements-demo.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra celery -c requirements.txt pyproject.toml -o requirements-celery.txt
	$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --extra demo --extra celery --extra dev -c requirements-demo.txt -c requirements-celery.txt pyproject.toml -o requirements-dev.txt

.venv/run.stamp: requirements-demo.txt | $(BIN)/pip
	@echo "Installing the packages of $<"
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r $<
	@touch $@

.venv/test.stamp: requirements-dev.txt | $(BIN)/pip
	@echo "Installing the packages of $<"
	@$(BIN)/pip install -qq --disable-pip-version-check --require-hashes -r $<
	@touch $@ .venv/run.stamp

$(BIN)/pip:
	@$(PYTHON) -c 'import sys; (3, 11) <= sys.version_info < (3, 14) or sys.exit("Vestnik needs Python 3.11 to 3.13; name one: make run PYTHON=python3.12")'
	@$(PYTHON) -m venv .venv

.env: | .venv/run.stamp
	@umask 077 && sed -e 's/^DEBUG=.*/DEBUG=1/' -e "s|^SECRET_KEY=.*|SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(50))')|" .env.sample > $@.new && mv $@.new $@
