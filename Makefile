# Two commands matter: `make run` and `make test`. `make help` lists the rest.
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
PYTHON ?= python3
PORT ?= 8000
UV_VERSION := 0.13.9
UV := .tools/bin/uv
CONCORD := .venv/bin/concord
CORES := $(shell nproc 2>/dev/null || echo 2)

.PHONY: help run test test-slow bench lint lock docs clean bootstrap bootstrap-dev

help: ## list what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

$(UV): Makefile
	@echo "fetching uv $(UV_VERSION) into .tools"
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --upgrade --target .tools uv==$(UV_VERSION) 2> >(grep -v '^WARNING' >&2)
	@touch $(UV)

.venv/installed: $(UV) requirements.lock pyproject.toml
	@test -x .venv/bin/python || $(UV) venv --quiet --python $(PYTHON) .venv
	@$(UV) pip install --quiet --python .venv/bin/python --require-hashes -r requirements.lock
	@$(UV) pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation-package none -e .
	@touch $@

.venv/installed-dev: .venv/installed requirements-dev.lock
	@$(UV) pip install --quiet --python .venv/bin/python --require-hashes -r requirements-dev.lock
	@touch $@

bootstrap: .venv/installed
	@$(CONCORD) translations

bootstrap-dev: .venv/installed-dev
	@$(CONCORD) translations

run: bootstrap ## start the portal on http://127.0.0.1:8000 (PORT=... changes it)
	@$(CONCORD) init
	@$(CONCORD) coverage
	@$(CONCORD) serve --port $(PORT)
