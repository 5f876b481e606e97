# `make run` is all a new machine needs: Python 3.11 or newer and make.

.DEFAULT_GOAL := help
SHELL := /bin/sh
BIN := .venv/bin
# The first Python that is new enough; another one: make PYTHON=/path/to/python3.13 run
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$p" && break; done)

.PHONY: help run python setup setup-dev browser test screenshots lint format check wheel lock clean

help:  ## Say what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 20

run: setup  ## Set up what is missing, then start Segplatform (Ctrl-C stops it)
	@$(BIN)/segplatform up

python:
	@test -n "$(PYTHON)" || { echo "Segplatform needs Python 3.11 or newer: install it (apt install python3 python3-venv), or name one with make PYTHON=/path/to/python3 run."; exit 1; }

setup: python
	@$(PYTHON) -B -m segplatform.bootstrap

setup-dev: python
	@$(PYTHON) -B -m segplatform.bootstrap --dev

browser:
	@command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 \
	|| { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 \
		&& echo "Installing chromium" && apt-get update -qq \
		&& DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null; } \
	|| { echo "The browser tests need Chromium: run 'apt install chromium' (as root), then try again."; exit 1; }

test: setup-dev browser  ## Run all tests, those in a real browser too
	@$(BIN)/python -m pytest -n 3 $(PYTEST_ARGS)  # of two cores: tests wait for workers and pages, too

screenshots: setup-dev browser  ## Take a picture of every page in its states (SHOTS="--only leaderboard --width 1440")
	@$(BIN)/python -m tests.screenshots $(SHOTS)

lint: setup-dev  ## Check style, types, import rules, templates and migrations
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/djlint templates --lint --quiet
	@$(BIN)/lint-imports
	@$(BIN)/mypy
	@.ci/check-settings

format: setup-dev  ## Bring Python into shape
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: setup-dev  ## Measure beside what a notebook would do, into benchmarks/RESULTS.md (BENCH="names -- arguments")
	@$(BIN)/python -m benchmarks $(BENCH)

check: lint test  ## All that CI does on one Python and SQLite (.ci/run adds PostgreSQL)

wheel: setup  ## Build the wheel, with pages and browser files, into dist/
	@$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .
	@ls dist/segplatform-*.whl

lock: setup  ## Resolve the dependencies anew (LOCK_ARGS=--upgrade for newer ones)
	@$(PYTHON) .ci/lock $(LOCK_ARGS)

clean:  ## Remove what set-up made (your data stays)
	@rm -rf .venv node_modules static_vendor static_built .mypy_cache .ruff_cache .pytest_cache *.egg-info
