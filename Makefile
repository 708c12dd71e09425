# Two commands on a fresh machine: `make demo` and `make test`. `make help` names the rest.
# Whichever is run first makes .venv from the hash-locked requirements; needs Python 3.11 or newer, with pip or venv.

PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$python" && break; done)
BIN := .venv/bin
LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate --no-emit-index-url --quiet -c requirements/limits.in
EXTRAS := $(addprefix --extra ,web postgres dkim watch hooks ses s3)

.PHONY: help demo install extras test fault mutations witnesses lint types bench docs lock clean
.PHONY: run-environment extras-environment test-environment
.DEFAULT_GOAL := help

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1: /p' $(firstword $(MAKEFILE_LIST)) | awk -F': ' '{ printf "make %-9s %s\n", $$1, $$2 }'

demo: run-environment ## a small publication in a fresh folder, mailed to three sample readers; SERVE=1 opens the preview
	@$(if $(SERVE),rm -rf .avviso-demo)
	@$(BIN)/avviso demo $(if $(SERVE),.avviso-demo)
	@$(if $(SERVE),$(BIN)/avviso preview --config .avviso-demo/config.yaml)

install: run-environment ## the command itself, as .venv/bin/avviso

extras: extras-environment ## the same with every optional part (PostgreSQL, DKIM, signed reports, Amazon's keys)

test: test-environment ## the whole suite, fault and load tests at reduced counts; what is skipped is named at the end
	@$(BIN)/python -m pytest -rs -n auto --dist worksteal $(ARGS)

fault: test-environment ## fault and load tests at full counts (long)
	@AVVISO_FAULT=full $(BIN)/python -m pytest -rs tests/fault tests/property tests/conformance $(ARGS)

mutations: test-environment ## seeds the mistakes that others have made, one by one, and shows that the suite catches each
	@$(BIN)/python -m tests.mutations

witnesses: test-environment ## what other people's programs make of the feeds; FOLDER=path takes other issues than our samples
	@$(BIN)/python -m tests.witnesses $(FOLDER)

lint: test-environment ## ruff, and the floors that imports may run down
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports --no-cache

types: test-environment ## mypy, strict, for Linux and for macOS
	@$(BIN)/mypy --platform linux pipeline tools .ci
	@$(BIN)/mypy --platform darwin pipeline tools .ci

bench: test-environment ## how long building, mailing and signing take here; DATABASE=postgresql://… takes an empty one along
	@$(BIN)/avviso bench build
	@$(BIN)/avviso bench send
	@$(BIN)/avviso bench machines $(if $(DATABASE),--database $(DATABASE))
	@$(BIN)/avviso bench machines --ledger 20000 --ledger 1000000 $(if $(DATABASE),--database $(DATABASE))
	@$(BIN)/python tools/bench_dkim.py

docs: test-environment ## writes docs/reference/ from the program itself
	@$(BIN)/python tools/reference.py

lock: ## resolves the requirements anew (needs uv); look at the difference before you commit it
	@$(LOCK) pyproject.toml --extra web -o requirements/run.txt
	@$(LOCK) pyproject.toml $(EXTRAS) -c requirements/run.txt -o requirements/extras.txt
	@$(LOCK) pyproject.toml $(EXTRAS) --group test -c requirements/extras.txt -o requirements/test.txt
	@$(LOCK) --group build -o requirements/build.txt

clean: ## removes .venv and what the tools leave behind; never var/, feeds/ or site/
	@rm -rf .venv .avviso-demo .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .coverage build dist
	@find pipeline tests tools -name __pycache__ -type d -prune -exec rm -rf {} +

run-environment extras-environment test-environment: %-environment:
	@$(if $(PYTHON),,$(error Python 3.11 or newer is needed: install it, or name one: make PYTHON=/path/to/python))
	@"$(PYTHON)" tools/bootstrap.py $*
