# What a newcomer needs is `make run` and `make test`; both work in a fresh clone that has
# python3, make and gcc. Tools live in .tools, dependencies in .venv, data in var.

PORT ?= 8000
TIMES ?= 10
NIGHT ?= 96
ARGS ?=

UV := .tools/bin/uv
UV_VERSION := uv>=0.9,<1
BIN := .venv/bin
PYTEST := $(BIN)/python -m pytest
ON_POSTGRES := $(BIN)/python -m tests.support.postgres

.DEFAULT_GOAL := help
.PHONY: help run test check fix bench demo test-browser test-postgres test-kill

help:
	@echo 'make run            serve the demonstration at http://localhost:$(PORT) (PORT= changes it)'
	@echo 'make test           the whole fast suite on SQLite (ARGS= is passed to pytest)'
	@echo 'make check          every gate: lint, types, walls, migrations, deployment, templates'
	@echo 'make fix            format and mend what can be mended'
	@echo 'make demo           make the demonstration data anew'
	@echo 'make bench          the workloads, on SQLite and on PostgreSQL'
	@echo 'make test-postgres  the suite on PostgreSQL'
	@echo 'make test-browser   the walks in Chromium'
	@echo 'make test-kill      work that is killed in the middle, TIMES=10 times, on both databases'
	@echo '                    (NIGHT=10000 KILLS=10 TIMES=1 ARGS="-k night" kills a night of so many renewals)'

# Tools and dependencies -----------------------------------------------------------------------

$(UV):
	@rm -rf .tools; \
	for python in python3 python3.13 python3.14 /usr/bin/python3; do \
	  command -v $$python >/dev/null || continue; \
	  $$python -m venv .tools >/dev/null 2>&1 && .tools/bin/python -m pip install -q '$(UV_VERSION)' 2>.tools/problem \
	    && $(UV) --version >/dev/null 2>&1 && exit 0; \
	  rm -rf .tools/lib; mkdir -p .tools/bin; \
	  $$python -m pip install -q --target .tools/lib '$(UV_VERSION)' 2>.tools/problem \
	    && ln -sf ../lib/bin/uv $(UV) && $(UV) --version >/dev/null 2>&1 && exit 0; \
	done; \
	if uv --version >/dev/null 2>&1; then ln -sf "$$(command -v uv)" $(UV); exit 0; fi; \
	tail -n 1 .tools/problem; rm -rf .tools; \
	echo 'The tool uv could not be installed: python3 needs venv or pip, and a package index in reach.' >&2; exit 1

# Which Python: the one that .venv has, else 3.13, else a newer one; the last resort is a download.
define sync
	@python=; \
	for candidate in .venv/bin/python $$($(UV) python find --no-python-downloads --no-project 3.13 2>/dev/null) \
	    $$($(UV) python find --no-python-downloads --no-project '>=3.13' 2>/dev/null) \
	    $${PYENV_ROOT:-$$HOME/.pyenv}/versions/3.1[3-9]*/bin/python; do \
	  $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 13))' 2>/dev/null && python=$$candidate && break; \
	done; \
	if [ -z "$$python" ]; then \
	  $(UV) python install -q 3.13 2>/dev/null && python=$$($(UV) python find --no-project 3.13) || { \
	    echo 'Scriptorium needs Python 3.13 or newer and found none: install one (for example "pyenv install 3.13") and run make again.' >&2; \
	    exit 1; }; \
	fi; \
	$(UV) sync -q --frozen --no-python-downloads --python "$$python" $(1)
endef

.venv/.ready-to-run: pyproject.toml uv.lock .python-version | $(UV)
	$(call sync,--no-dev --inexact --extra postgres)
	@touch $@

.venv/.ready-to-test: pyproject.toml uv.lock .python-version | $(UV)
	$(call sync,--all-extras)
	@touch .venv/.ready-to-run $@

# Commands -------------------------------------------------------------------------------------

run: .venv/.ready-to-run
	@export SCRIPTORIUM_DEMO="$${SCRIPTORIUM_DEMO-1}"; \
	export SCRIPTORIUM_BASE_URL="$${SCRIPTORIUM_BASE_URL:-http://localhost:$(PORT)}"; \
	exec $(BIN)/scriptorium serve --setup --port $(PORT)

demo: .venv/.ready-to-run
	@SCRIPTORIUM_DEMO=1 $(BIN)/scriptorium demo --reset $(ARGS)

test: .venv/.ready-to-test
	@$(PYTEST) $(ARGS)

test-postgres: .venv/.ready-to-test
	@$(ON_POSTGRES) -- $(PYTEST) $(ARGS)

test-kill: .venv/.ready-to-test
	@export NIGHT_PEOPLE=$(NIGHT) NIGHT_KILLS=$(KILLS); $(PYTEST) -n 0 -m kill --times $(TIMES) $(ARGS)
	@export NIGHT_PEOPLE=$(NIGHT) NIGHT_KILLS=$(KILLS); $(ON_POSTGRES) -- $(PYTEST) -n 0 -m kill --times $(TIMES) $(ARGS)

# Each file walks one served demonstration from its first test to its last, so the order is kept.
test-browser: .venv/.ready-to-test
	@find_chromium() { command -v chromium || command -v chromium-browser || command -v google-chrome; }; \
	if ! find_chromium >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo 'Installing Chromium …'; \
	  { apt-get update && apt-get install -y --no-install-recommends chromium; } >/dev/null 2>&1 || true; \
	fi; \
	CHROMIUM="$$(find_chromium)" || { \
	  echo 'Chromium is missing: install it (on Debian "apt-get install chromium") and run make test-browser again.' >&2; \
	  exit 1; }; \
	export CHROMIUM; $(PYTEST) -n 0 -m browser -p no:randomly $(ARGS)

bench: .venv/.ready-to-test
	@missed=0; \
	$(BIN)/scriptorium bench all $(ARGS) || missed=1; \
	$(ON_POSTGRES) --durable -- $(BIN)/scriptorium bench all $(ARGS) || missed=1; \
	exit $$missed

fix: .venv/.ready-to-test
	@$(BIN)/ruff check -q --fix .; $(BIN)/ruff format -q .

# A site as it is served to the world, for Django's deployment check.
DEPLOYED = SCRIPTORIUM_BASE_URL=https://portal.example \
	SCRIPTORIUM_SECRET_KEY="$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))')"

check: .venv/.ready-to-test
	@failed=; \
	gate() { name=$$1; shift; echo "== $$name"; "$$@" || failed="$$failed, $$name"; }; \
	gate 'lock file' $(UV) lock -q --check; \
	gate lint $(BIN)/ruff check -q .; \
	gate format $(BIN)/ruff format -q --check .; \
	gate types $(BIN)/mypy; \
	gate walls $(BIN)/lint-imports --no-logo; \
	gate migrations $(BIN)/scriptorium makemigrations --check --dry-run; \
	gate deployment env $(DEPLOYED) $(BIN)/scriptorium check --deploy --fail-level WARNING; \
	gate templates $(BIN)/djangofmt check -q src/scriptorium; \
	gate 'walls bite' $(PYTEST) -q -m slow; \
	if [ -n "$$failed" ]; then echo "Failed: $${failed#, }." >&2; exit 1; fi; \
	echo 'Every gate is passed.'
