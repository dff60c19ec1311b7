# makar's commands. Everything that a command needs it sets up first; what is up to date is left
# alone. `make help` lists them.

SHELL := /bin/bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
READY := $(VENV)/.ready
RUNS ?= runs
PYTEST_WORKERS ?= 2

# Nothing is asked of the network after set-up, and small models run fastest on one thread.
QUIET_NETWORK := HF_HUB_OFFLINE=1 TRANSFORMERS_OFFLINE=1 PYRIGHT_PYTHON_IGNORE_WARNINGS=1
ONE_THREAD := OMP_NUM_THREADS=1

.PHONY: help setup system demo check test test-fast test-faults bench docs lock clean

help: ## list these commands
	@echo "makar: teach a generative model what you like"
	@echo
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-11s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## make .venv with everything that running, checking and testing needs

$(READY): pyproject.toml requirements.lock scripts/make_venv.sh
	@PYTHON="$(PYTHON)" scripts/make_venv.sh $(VENV)

system: ## install the outside programs that some tests judge by (Debian; APT=no leaves them out)
	@scripts/install_system_packages.sh

demo: $(READY) ## train the demo: about five minutes; hear the first tune within 90 seconds
	@$(QUIET_NETWORK) scripts/demo.sh $(PY) $(RUNS)

check: $(READY) ## format, lint, types, import contract; what has grown large
	@$(QUIET_NETWORK) scripts/check.sh $(PY)

test: $(READY) system check ## check, then every test but the long ones of test-faults
	@$(QUIET_NETWORK) $(ONE_THREAD) $(PY) -m pytest -n $(PYTEST_WORKERS) --dist loadfile -rs \
		-m "not faults" $(PYTEST_ARGS)

test-faults: $(READY) ## try what should not happen: rewards, files and runs that misbehave
	@$(QUIET_NETWORK) $(ONE_THREAD) $(PY) -m pytest -n $(PYTEST_WORKERS) --dist loadfile -rs \
		-m faults $(PYTEST_ARGS)

test-fast: $(READY) ## the quick tests alone, in a minute or so
	@$(QUIET_NETWORK) $(ONE_THREAD) $(PY) -m pytest -n $(PYTEST_WORKERS) -m "not slow and not browser and not opener and not faults" $(PYTEST_ARGS)

bench: $(READY) ## run the benchmarks: each prints its table
	@$(PY) -m pip install --quiet -r benchmarks/requirements.lock
	@for file in benchmarks/*.py; do echo "== $$file"; $(QUIET_NETWORK) $(PY) $$file || exit; done

docs: $(READY) ## the reference of every module, as HTML in build/docs; checks the pages in docs/
	@$(QUIET_NETWORK) $(PY) -m pytest -m "not slow" tests/packaging
	@$(PY) -W ignore -m pdoc --docformat google --output-directory build/docs makar \
		$$(find src/makar -mindepth 2 -maxdepth 2 -name __init__.py -printf '%h\n' | \
		sed 's|^src/||; s|/|.|g' | sort)
	@echo "open build/docs/index.html; the pages for readers are in docs/"

lock: ## pin anew what pyproject.toml allows, from a clean environment
	@PYTHON="$(PYTHON)" scripts/lock.sh

clean: ## remove the environment and what checks and builds left behind (runs are kept)
	rm -rf $(VENV) build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
