# Everything a person or a machine does with Holdfast. `make` alone tells what there is.
PYTHON ?= python3
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run test check format bench simulate planted-bugs crash-matrix fuzz fuzz-http lock docs layer clean venv

help: ## Tell what there is
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: venv ## Start everything locally, place and ship orders, check the laws, stay up (RUN_ONCE=1: end then)
	@exec $(BIN)/oms run

test: venv ## Run the whole test suite, end-to-end tests on the local AWS included
	@$(BIN)/pytest

check: venv ## Format, lint, types and layers: the one gate
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: venv ## Put the code into shape
	@$(BIN)/ruff check --fix-only -q .
	@$(BIN)/ruff format .

bench: venv ## Measure and print (a few minutes; nothing is asserted)
	@$(BIN)/python -m ops.bench

simulate: venv ## Play the whole system under faults (SEEDS=100000, or SEED=42 to play one run again)
	@$(BIN)/python -m tests.simulation $(if $(SEED),--seed $(SEED),--seeds $(or $(SEEDS),1000))

planted-bugs: venv ## Plant bugs one at a time: does the simulator find each? (SEEDS=5000)
	@$(BIN)/python -m tests.simulation.planted --seeds $(or $(SEEDS),5000)

fuzz: venv ## Give every handler events that are wrong (EVENTS=50000, or SEED=42 to play one round again)
	@$(BIN)/python -m tests.fuzz $(if $(SEED),--seed $(SEED),--events $(or $(EVENTS),50000))

fuzz-http: venv ## Send requests made from docs/openapi.yaml to a local AWS (CASES=2000)
	@$(BIN)/python -m tests.fuzz.http --cases $(or $(CASES),2000)

crash-matrix: venv ## Break off every call of AWS and of partners, one at a time, on the local AWS (MINUTES=20 draws some, FLOW=shipped)
	@$(BIN)/python -m tests.crashes $(if $(MINUTES),--minutes $(MINUTES)) $(if $(FLOW),--flow "$(FLOW)") $(if $(FUNCTION),--function "$(FUNCTION)")

lock: venv ## Resolve the dependencies anew, with hashes
	@$(BIN)/uv pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes --no-header --upgrade -q -o requirements.lock

docs: venv ## Write what is generated: docs/openapi.yaml and the event schemas
	@$(BIN)/python -m ops.docs openapi
	@$(BIN)/python -m ops.docs schemas

layer: venv ## Build the third-party layer for AWS
	@$(BIN)/python -m infra.layer build

clean: ## Stop what runs, remove what was built, the virtual environment included
	@if [ -x $(BIN)/oms ]; then $(BIN)/oms down || true; fi
	@rm -rf .venv .run build cdk.out *.egg-info

# What requirements.lock says, skipped while its hash is the one that is installed.
venv:
	@$(PYTHON) ops/environment.py
