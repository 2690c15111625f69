# Everything a person or a machine does with Holdfast. `make` alone tells what there is.
SHELL := /bin/bash
PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
UV_VERSION := 0.13.9
STAMP := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help run test check format bench lock docs layer clean

help: ## Tell what there is
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

run: $(STAMP) ## Start everything locally, place and ship orders, check the laws, stay up (RUN_ONCE=1: end then)
	@$(BIN)/oms demo $(if $(RUN_ONCE),--once,)

test: $(STAMP) ## Run the whole test suite, end-to-end tests on the local AWS included
	@$(BIN)/pytest

check: $(STAMP) ## Format, lint, types and layers: the one gate
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: $(STAMP) ## Put the code into shape
	@$(BIN)/ruff check --fix-only -q .
	@$(BIN)/ruff format .

bench: $(STAMP) ## Measure and print (a few minutes; nothing is asserted)
	@$(BIN)/python -m ops.bench

lock: $(STAMP) ## Resolve the dependencies anew, with hashes
	@$(UV) pip compile pyproject.toml --all-extras --universal --python-version 3.11 --generate-hashes --no-header --upgrade -q -o requirements.lock

docs: $(STAMP) ## Write what is generated: docs/openapi.yaml and the event schemas
	@$(BIN)/python -m ops.docs openapi
	@$(BIN)/python -m ops.docs schemas

layer: $(STAMP) ## Build the third-party layer for AWS
	@$(BIN)/python -m infra.layer build

clean: ## Remove what was built, the virtual environment included
	@rm -rf .venv .run build cdk.out *.egg-info

# Reinstalled only when the lock file changes.
$(STAMP): requirements.lock pyproject.toml
	@started=$$(date +%s); \
	test -x $(BIN)/python || $(PYTHON) -m venv .venv; \
	test -x $(UV) || $(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION); \
	$(UV) pip install --quiet --python .venv --require-hashes -r requirements.lock && \
	$(UV) pip install --quiet --python .venv --no-deps -e . && \
	touch $@ && echo "Installed into .venv in $$(( $$(date +%s) - started )) s."
