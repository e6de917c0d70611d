# What a newcomer needs: python3 (3.11 or newer) and make. Everything else comes from requirements.lock,
# checked against its hashes, into .venv. Another Python: make PYTHON=python3.13 VENV=.venv-3.13 test

PYTHON ?= python3
VENV ?= .venv
# Processes that run tests side by side.
JOBS ?= 2
# More for pytest, as in: make test ARGS='-k calendar'
ARGS ?=
# For make lock: --upgrade, or --upgrade-package NAME; without it the pinned versions stay.
UPGRADE ?=

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check -qq
LOCKED := $(VENV)/.locked
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
MAKEFLAGS += --no-print-directory

.PHONY: help demo test test-all check format bench picture coverage lock clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

demo: $(READY) ## Open the app on a made-up organisation
	@$(BIN)/stagewatch demo

test: $(READY) ## Run the tests, without the slow ones
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal -m 'not slow' $(ARGS)

test-all: $(READY) ## Run every test, properties with many more examples
	@$(BIN)/python -m pytest -n $(JOBS) --dist worksteal --hypothesis-profile thorough $(ARGS)

check: $(READY) ## Check format, lint, types and import rules
	@echo '- format'; $(BIN)/ruff format --quiet --check --output-format concise .
	@echo '- lint'; $(BIN)/ruff check --quiet --output-format concise .
	@echo '- types'; $(BIN)/mypy --no-error-summary
	@echo '- imports'; $(BIN)/lint-imports --no-cache > $(VENV)/imports.log || { cat $(VENV)/imports.log; exit 1; }
	@echo '- house rules'; $(BIN)/python -m pytest -q --no-header -p no:cacheprovider tests/test_house.py

format: $(READY) ## Format the code and mend what can be mended
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

bench: $(READY) ## Measure speed
	@$(BIN)/python -m benchmarks $(ARGS)

picture: $(READY) ## Draw the README's picture of the board
	@$(BIN)/python -m benchmarks.picture docs/board.svg

coverage: $(READY) ## Say which lines no test runs
	@$(BIN)/python -m coverage run -m pytest -q -m 'not slow' $(ARGS)
	@$(BIN)/python -m coverage report

# Universal: one lock for every Python and system that the project runs on. No index address goes in,
# so it installs from whichever index a machine is set up with.
lock: $(READY) ## Write requirements.lock anew after a change of dependencies
	@$(BIN)/uv --no-config pip compile pyproject.toml --quiet --universal --fork-strategy fewest \
	  --python-version 3.11 --extra postgres --group dev --generate-hashes --no-emit-index-url \
	  --custom-compile-command 'make lock' $(UPGRADE) --output-file requirements.lock > /dev/null
	@echo 'requirements.lock is up to date'

clean: ## Remove the environment and everything that was built
	@rm -rf $(VENV) .bench build dist .coverage .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	@find . -name __pycache__ -type d -not -path './.git/*' -prune -exec rm -rf {} +

# A new lock means a new environment; a new pyproject.toml only means installing the project again.
# Wheels only: building a package from source would fetch build tools that no hash covers.
$(LOCKED): requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null || \
	  { echo 'Stagewatch needs Python 3.11 or newer; set one with make PYTHON=python3.x' >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2> /dev/null || \
	  { echo 'This Python has no venv module; install it (on Debian: apt install python3-venv)' >&2; exit 1; }
	@echo 'Setting up $(VENV) (once; about a minute)'
	@rm -rf $(VENV)
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes --only-binary :all: -r requirements.lock
	@touch $@

# The build backend is in the lock too, hence no isolation: nothing unpinned is ever fetched.
$(READY): $(LOCKED) pyproject.toml
	@$(PIP) install --no-deps --no-build-isolation --no-index --editable .
	@touch $@
