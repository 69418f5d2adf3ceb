# The contributor's interface. Every target does its own set-up; a machine needs Python 3.11+ and make, nothing else.
SHELL := /bin/sh
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do command -v $$p >/dev/null 2>&1 && $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$p && break; done)
BIN := .venv/bin
READY := .venv/.ready

.PHONY: help setup demo up check format test unit integration eval bench bench-read bench-link bench-ingest bench-alert chaos drills lock lock-jars clean gazetteer train deploy-check generated

help:  ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' Makefile

$(READY): requirements/bootstrap.txt requirements/dev.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Tocsin needs Python 3.11 or newer with the venv module (Debian: apt install python3-venv)"; exit 1; }
	@echo "Setting up .venv with $(PYTHON) (once) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements/dev.txt \
	  || $(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

setup: $(READY)  ## Build .venv from the locked dependencies

demo: $(READY)  ## Replay a recorded news day on real Kafka and PostgreSQL and show what a watch receives
	@$(BIN)/tocsin demo $(ARGS)

up: $(READY)  ## Run everything on this machine with live feeds; the page on http://127.0.0.1:8080
	@$(BIN)/tocsin up $(ARGS)

check: $(READY)  ## Formatter, linter, types, import contracts, manifests: what needs no server
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m tests.deploy.audit
	$(BIN)/pytest -q tests/deploy

format: $(READY)  ## Format the code and mend what the linter can mend by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: $(READY)  ## All tests: unit, contract, integration on real servers, end to end (two at a time)
	$(BIN)/pytest -n 2 --dist loadfile $(ARGS)

unit: $(READY)  ## Tests without any server, in seconds
	$(BIN)/pytest -q tests/unit tests/contract -m "not servers" $(ARGS)

integration: $(READY)  ## Tests against real Kafka and PostgreSQL
	$(BIN)/pytest tests/integration $(ARGS)

e2e: $(READY)  ## The three services as processes, with kills
	$(BIN)/pytest tests/e2e $(ARGS)

eval: $(READY)  ## Score reading and linking on the labelled streams; writes docs/evaluation.md (ARGS="--public DIR" adds public sets)
	$(BIN)/python -m bench.evaluate $(ARGS)

bench: bench-read bench-link  ## Speed of reading and of linking

bench-read: $(READY)  ## Items a second, start, memory and the worst hostile input of reading, against their targets
	$(BIN)/python -m bench.read $(ARGS)

bench-link: $(READY)  ## Linking: growth with open incidents, reports a second through the service, time from item to incident
	$(BIN)/python -m bench.link $(ARGS)

bench-ingest: $(READY)  ## Polls a second, CPU, memory and pauses of ingest beside Miniflux's figures (minutes; ARGS="--feeds 500")
	@$(BIN)/python -m bench.ingest $(ARGS)

bench-alert: $(READY)  ## Alerts a second, CPU, delay with and without hanging receivers, beside Svix's figures (ARGS="--share 0.25")
	@$(BIN)/python -m bench.alert $(ARGS)
	@$(BIN)/python -m bench.matching

drills: $(READY)  ## Alert rules fired by real faults under a real Prometheus (minutes; needs prometheus)
	@$(BIN)/python -m bench.drills $(ARGS)

lock: $(READY)  ## Resolve the dependencies anew and write the lock
	$(BIN)/uv pip compile --quiet requirements/bootstrap.in --generate-hashes --universal --no-emit-index-url --no-header --python-version 3.11 -o requirements/bootstrap.txt $(ARGS)
	$(BIN)/uv pip compile --quiet pyproject.toml --extra dev --extra tracing --generate-hashes --universal --no-emit-index-url --no-header --python-version 3.11 -o requirements/dev.txt $(ARGS)
	$(BIN)/uv pip compile --quiet pyproject.toml --extra tracing --generate-hashes --universal --no-emit-index-url --no-header --python-version 3.11 -c requirements/dev.txt -o requirements/runtime.txt $(ARGS)

lock-jars: $(READY)  ## Resolve Kafka's jars anew and write their checksums
	$(BIN)/python -m shared.embedded.lock_jars

clean:  ## Remove the virtual environment and caches (data directories stay)
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache build dist

gazetteer: $(READY)  ## Build the shipped place data anew from SOURCE=folder (see docs/gazetteer.md)
	$(BIN)/python -m shared.geo.build $(SOURCE)

train: $(READY)  ## Train the story-kind model from the labelled examples in the repository
	$(BIN)/python -m services.classify.train

chaos: $(READY)  ## Ten minutes of faults on every part of the pipeline: what is lost, repeated, late (ARGS="--minutes 60 --seed 2")
	$(BIN)/python -m bench.chaos $(ARGS)

deploy-check: $(READY)  ## Render and validate the manifests, the compose file, the alert rules and the dashboard
	$(BIN)/pytest -q tests/deploy $(ARGS)

generated: $(READY)  ## Write the generated parts of docs/ and deploy/ anew
	$(BIN)/python -m tests.deploy.generate
