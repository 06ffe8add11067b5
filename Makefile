.DEFAULT_GOAL := help
.PHONY: help setup demo test serve bench lint contracts prove engines engines-for-ci browser docs lock clean

VENV := .venv
BIN := $(VENV)/bin
# The first Python that is new enough. Override with `make PYTHON=/path/to/python`.
PYTHON ?= $(shell for p in python3.14 python3.13 python3.12 python3.11 python3 python; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
STAMP := $(VENV)/.installed
CONTRACTS := mint/contracts


help: ## explain the commands
	@echo "Assay: provenance that anyone can verify."
	@awk -F':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(STAMP): requirements.lock pyproject.toml web/assets/package-lock.json
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; none was found. Try: make PYTHON=/path/to/python3"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python tools/fetch_assets.py
	$(BIN)/python tools/build_portable.py
	@touch $@

setup: $(STAMP) ## install everything that Python needs into .venv

demo: $(STAMP) ## register, print, photograph and verify an example collection, then serve it
	$(BIN)/assay demo

serve: $(STAMP) ## serve the site over the folder that ASSAY_DATA names (default ./var/assay)
	$(BIN)/assay serve

lint: $(STAMP) ## ruff, mypy strict, the law of layers
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: $(STAMP) ## lint, every test; the contracts' where node is, the browser's where Chromium is or can be installed
	$(MAKE) --jobs=2 --output-sync=target engines-for-ci contracts lint browser
	$(BIN)/python -m pytest -n 4 --dist loadfile $(PYTEST_ARGS)

contracts: $(STAMP) ## build the contracts, compare the artifacts byte for byte, run forge's tests (needs node)
	@$(BIN)/python tools/node_tests.py

browser: $(STAMP)
	@$(BIN)/python tools/find_chromium.py

engines-for-ci:
	@test "$$CI" != true || $(MAKE) engines

engines: ## build geth and Kubo with Go, for the tests that run on real nodes and real IPFS (minutes, once)
	@$(PYTHON) tools/get_engines.py

prove: $(STAMP) ## slither and halmos over the contracts, in an environment of their own (after `make contracts`)
	@$(BIN)/python tools/prove_contracts.py

bench: $(STAMP) ## measure every figure; prints a table and writes build/bench.json
	$(BIN)/python -m tests.bench.run $(BENCH)

docs: $(STAMP) ## run the walkthrough in docs/ and check every link
	$(BIN)/python -m pytest -q tests/docs

lock: ## renew requirements.lock (needs uv)
	$(BIN)/uv pip compile pyproject.toml --all-extras --group dev --universal --python-version 3.11 \
		--prerelease allow --no-strip-extras --generate-hashes --no-header --no-annotate --quiet -o requirements.lock

clean: ## remove everything that was built; keeps ./var
	rm -rf $(VENV) build dist *.egg-info $(CONTRACTS)/node_modules $(CONTRACTS)/out $(CONTRACTS)/cache
