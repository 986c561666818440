# Everything here needs Python 3.11 or later and make, nothing else.
PYTHON ?= python3
BIN := .venv/bin
INSTALLED := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help setup demo demo-once test check bench faults up rules lock

help: ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(INSTALLED) ## Make .venv with the locked dependencies

$(INSTALLED): requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Grantline needs Python 3.11 or later: make PYTHON=python3.12 ..."; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes \
		--only-binary :all: -r requirements/dev.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
		--no-build-isolation --editable .
	@touch $@

demo: setup ## Start everything, play the real portfolio, stay up to look around
	@if ls .grantline/*.db >/dev/null 2>&1; then \
		echo "Played before: starting what is in .grantline (remove that folder to play again)."; \
		$(BIN)/grantline up; \
	else $(BIN)/grantline demo; fi

# DATA=folder keeps what was played; otherwise it goes into a temporary folder, removed afterwards.
demo-once: setup ## Play the real portfolio and stop after the summary
	@data="$(DATA)"; \
	if [ -z "$$data" ]; then data=$$(mktemp -d); trap 'rm -rf "$$data"' EXIT; fi; \
	$(BIN)/grantline demo --exit --data "$$data"

test: setup ## Run every test
	$(BIN)/python -m pytest --numprocesses 2 --dist loadfile --no-loadscope-reorder

check: setup ## Check format, style, types, import directions and house rules
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest --quiet tests/test_house_rules.py

bench: setup ## Measure speed beside its limits and peers
	$(BIN)/python -m benchmarks

faults: setup ## Kill processes 20,000 times, and look for every bug put in on purpose
	$(BIN)/python -m tests.faults --kills 20000 --seed 1
	$(BIN)/python -m tests.faults.on_postgres --each 20 --seed 1
	@for seed in 1 2 3 4 5 6 7 8 9 10; do \
		$(BIN)/python -m tests.faults.mixed --seconds 120 --seed $$seed || exit 1; done
	$(BIN)/python -m tests.faults --kills 1000 --seed 3 --planted every
	@for bug in $$($(BIN)/python -c 'from tests.faults.planted_mixed import PLANTED; print(*PLANTED)'); do \
		$(BIN)/python -m tests.faults.mixed --seconds 60 --kills 4 --seed 5 --planted $$bug >/dev/null \
			&& echo "found: $$bug" || { echo "not found: $$bug"; exit 1; }; \
	done

up: setup ## Start the five services in one process
	$(BIN)/grantline up

rules: setup ## Print each rule with the tests that protect it, and fail where one has none
	$(BIN)/python -m tests.rules

lock: ## Renew requirements/ from pyproject.toml (needs uv; keeps what still fits)
	uv pip compile pyproject.toml --extra postgres --universal --python-version 3.11 --quiet \
		--generate-hashes --no-emit-index-url --no-header --output-file requirements/runtime.txt
	uv pip compile pyproject.toml --extra postgres --extra wheels --group dev --universal \
		--python-version 3.11 --quiet --generate-hashes --no-emit-index-url --no-header \
		--constraint requirements/runtime.txt --output-file requirements/dev.txt
