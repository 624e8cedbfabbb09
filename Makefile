# What can be done here. `make` alone shows the list.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := -m pip --disable-pip-version-check --quiet

UV_VERSION := 0.13.9
LOCK       := .venv-lock/bin/uv pip compile --no-config --universal --python-version 3.11 \
              --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet

# Tests start a hundred processes, and several that all read every test. Each would compile everything anew where the
# environment says that nothing compiled is kept.
unexport PYTHONDONTWRITEBYTECODE

# What prints JSON when it is asked to prints nothing else: its command is not shown, and what is said before goes to
# the other stream.

# Tests wait for disks more than for anything else. What they write goes into memory where there is plenty.
IN_MEMORY := $(shell df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 && $$4 > 4000000 {print "TMPDIR=/dev/shm"}')

.DEFAULT_GOAL := help
.PHONY: help .venv up demo test stories thorough browser soak faults check format real bench lock sbom audit clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z.][a-z.-]*:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv: $(VENV)/.installed ## Make the environment, exactly as locked (again only when the lock changes)

$(VENV)/.installed: requirements/dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "syncd needs Python 3.11 or later: make PYTHON=...")'
	@echo "Making $(VENV), as locked: about two minutes." >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python $(PIP) install --require-hashes -r requirements/dev.lock
	@$(BIN)/python $(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

up: .venv ## Start everything on this machine and stay: worker, beat, Redis, SQLite. ARGS="--demo" adds demo data
	$(BIN)/syncd up $(ARGS)

demo: .venv ## Synchronize the demo platforms once, print the summary and exit
	@$(BIN)/syncd up --demo --once $(ARGS)

test: .venv ## Run the tests, several at a time. ARGS="-k name" narrows
	$(IN_MEMORY) $(BIN)/python -m pytest --numprocesses 3 --dist worksteal --hypothesis-profile brief -m "not real and not slow" $(ARGS)

stories: .venv ## Tell 500 stories of both sides to each state machine, where `test` tells 6 to 32: six minutes on two cores
	$(IN_MEMORY) $(BIN)/python -m pytest --numprocesses logical --dist worksteal -m soak $(ARGS)

thorough: .venv ## Run the slow ones as well, and search longer: 500 stories and 100 examples where `test` has up to 32 of each
	$(IN_MEMORY) $(BIN)/python -m pytest --numprocesses 4 --dist worksteal $(ARGS)

browser: .venv ## Run all tests in Chromium: every page at 1400 and 393 px, light and dark
	$(IN_MEMORY) $(BIN)/python -m pytest --numprocesses 2 --dist worksteal -m browser $(ARGS)

soak: .venv ## Run the searches for counterexamples for hours: 20,000 examples where `stories` tries 500
	$(IN_MEMORY) $(BIN)/python -m pytest --numprocesses logical --dist worksteal --hypothesis-profile soak -m soak $(ARGS)

faults: .venv ## Break everything for two minutes, then check every promise. ARGS="--seed 3 --minutes 2"
	$(BIN)/python -m tests.faults.constellation $(ARGS)

check: .venv ## Lint, formatting, types, import directions, translations
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m syncd.console.locale.update --check

format: .venv ## Format the code and mend what ruff can mend by itself
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

real: .venv ## Run the tests against real third-party servers, installed under .real/ as locked
	$(BIN)/python -m pytest -m real $(ARGS)

bench: .venv-bench/.installed ## Measure, beside dlt (own environment). ARGS go to the program
	@.venv-bench/bin/python -m benchmarks $(ARGS)

.venv-bench/.installed: requirements/bench.lock requirements/build.lock
	@echo "Making .venv-bench, as locked: some minutes." >&2
	@test -x .venv-bench/bin/python || $(PYTHON) -m venv .venv-bench
	@.venv-bench/bin/python $(PIP) install --require-hashes -r requirements/bench.lock -r requirements/build.lock
	@.venv-bench/bin/python $(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

lock: ## Resolve all lock files anew. ARGS="--upgrade" or ARGS="--upgrade-package NAME"
	@test -x .venv-lock/bin/uv || $(PYTHON) -m venv .venv-lock
	.venv-lock/bin/python $(PIP) install uv==$(UV_VERSION)
	$(LOCK) pyproject.toml -o requirements/main.lock $(ARGS)
	$(LOCK) pyproject.toml -o requirements/dev.lock --extra embedded --group dev -c requirements/main.lock $(ARGS)
	$(LOCK) -o requirements/build.lock --group build -c requirements/dev.lock $(ARGS)
	$(LOCK) pyproject.toml -o requirements/bench.lock --extra embedded --group bench -c requirements/main.lock $(ARGS)
	$(LOCK) -o requirements/real.lock --group real $(ARGS)
	$(LOCK) -o requirements/audit.lock --group audit $(ARGS)

sbom: ## Write sbom.json: what is shipped, as CycloneDX
	$(PYTHON) requirements/sbom.py > sbom.json

audit: .venv-audit/.installed ## Ask the published advisories about everything that is locked. Needs the network
	.venv-audit/bin/pip-audit --strict --disable-pip --require-hashes $(foreach lock,main dev build,-r requirements/$(lock).lock) $(ARGS)

.venv-audit/.installed: requirements/audit.lock
	@test -x .venv-audit/bin/python || $(PYTHON) -m venv .venv-audit
	@.venv-audit/bin/python $(PIP) install --require-hashes -r requirements/audit.lock
	@touch $@

clean: ## Remove environments and caches
	rm -rf $(VENV) .venv-lock .venv-bench .venv-audit .real build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
