# Two commands matter: `make run` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
PORT ?= 8000
UV_VERSION := 0.13.9
UV := .tools/bin/uv
CONCORD := .venv/bin/concord
DJANGO := DJANGO_SETTINGS_MODULE=concord.site.settings .venv/bin/python -m django
CORES := $(shell nproc 2>/dev/null || echo 2)

.PHONY: help run bench test test-postgres test-slow lint lock clean bootstrap bootstrap-dev

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(UV): Makefile
	@echo "fetching uv $(UV_VERSION) into .tools"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --upgrade --target .tools uv==$(UV_VERSION) 2> >(grep -v '^WARNING' >&2)
	@touch $(UV)

.venv/installed: $(UV) requirements.lock pyproject.toml
	@test -x .venv/bin/python || $(UV) venv --quiet --python $(PYTHON) .venv
	@$(UV) pip install --quiet --python .venv/bin/python --require-hashes -r requirements.lock
	@$(UV) pip install --quiet --python .venv/bin/python --no-deps -e .
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.lock
	@$(UV) pip install --quiet --python .venv/bin/python --require-hashes -r requirements-dev.lock
	@touch $@

.venv/translated: .venv/installed $(wildcard src/concord/locale/*/LC_MESSAGES/*.po)
	@$(CONCORD) translations
	@touch $@

bootstrap: .venv/installed .venv/translated

bootstrap-dev: .venv/installed-dev .venv/translated

run: bootstrap ## start the portal on http://127.0.0.1:8000 (PORT=... changes it)
	@$(CONCORD) start --port $(PORT)

lint: bootstrap-dev ## ruff, import-linter, mypy strict, missing migrations
	@.venv/bin/ruff check --quiet .
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/lint-imports --no-logo > /dev/null || .venv/bin/lint-imports --no-logo
	@.venv/bin/mypy --no-error-summary
	@$(DJANGO) makemigrations --check --dry-run --verbosity 0
	@echo "lint: all well"

test: lint ## everything that must hold on every commit, within ten minutes
	@.venv/bin/pytest -q -n $(CORES) -m "not slow and not browser"

test-postgres: bootstrap-dev
	@if [ -n "$${CONCORD_TEST_POSTGRES:-}" ]; then \
	  CONCORD_DATABASE_URL="$$CONCORD_TEST_POSTGRES" .venv/bin/pytest -q -n $(CORES) -m "not slow and not browser" \
	    --cov --cov-report=term:skip-covered --cov-fail-under=80; \
	else echo "PostgreSQL tests were left out: apt-get install postgresql, then set CONCORD_TEST_POSTGRES=postgresql://user:password@host/name"; fi

test-slow: bootstrap-dev ## what takes longer: a real browser, fuzzing, and all of it on PostgreSQL
	@.venv/bin/pytest -q -n $(CORES) -m "slow or browser"
	@$(MAKE) --no-print-directory test-postgres

lock: $(UV) ## make the locked requirement files anew
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements.in -o requirements.lock
	@$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header requirements-dev.in -o requirements-dev.lock

clean: ## remove what was made, the database too
	@rm -rf .venv .tools var

bench: bootstrap-dev ## run the benchmarks, or one (make bench ONLY=lists), or small ones (SHARE=0.03)
	@for name in $(or $(ONLY),lists snapshot coverage exports writes uploads duplicates history protection levels collaboration studies influence assignment credentials library); do CONCORD_BENCH_SHARE=$(or $(SHARE),1) .venv/bin/python -m benchmarks.$$name || failed=1; done; exit $${failed:-0}
