# make ask Q="…"   sets up what is missing, then answers a question over the bundled documents
# make test        sets up what is missing, then runs the tests
# make check       lint, types and import directions

VENV := .venv
BIN := $(VENV)/bin
SUITABLE = import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c '$(SUITABLE)' 2>/dev/null && echo $$p && break; done)
PILCROW_INDEX ?= .pilcrow
Q ?= What worried Seoul most about closer ties with NATO?
export PILCROW_INDEX Q
# Written once, byte code makes every later start faster; it stays in $(VENV) and __pycache__.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: ask test check bench lock clean
.DEFAULT_GOAL := ask

ask: $(PILCROW_INDEX)/current
	@$(BIN)/pilcrow ask "$$Q" || [ $$? -eq 3 ]

# As in the commands: matrix products are small, and two processes share the cores.
test: export OPENBLAS_NUM_THREADS = 1
test: $(VENV)/.dev
	$(BIN)/python -m pytest -q -n 2 --dist loadfile $(ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(PILCROW_INDEX)/current
	$(BIN)/python -m evals.benchmark

$(PILCROW_INDEX)/current: $(VENV)/.run $(wildcard ingest/bundled/*)
	@echo "Ingesting the two bundled documents …" >&2
	@$(BIN)/pilcrow ingest >&2
	@touch $@

$(VENV)/.run: $(VENV)/bin/uv requirements.txt pyproject.toml
	@echo "Installing Pilcrow and its dependencies into $(VENV) …" >&2
	@$(call install,requirements.txt)
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: $(VENV)/.run requirements-dev.txt
	@echo "Installing the development tools …" >&2
	@$(call install,requirements-dev.txt)
	@touch $@

$(VENV)/bin/uv: requirements-setup.txt
	@test -n "$(PYTHON)" || { echo "Pilcrow needs Python 3.11 or newer; none was found. Set PYTHON=…"; exit 1; }
	@echo "Making $(VENV) with $(PYTHON) …" >&2
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-setup.txt
	@touch $@

# The locks are complete and installed without following dependencies: that keeps PyTorch out.
install = $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --require-hashes -r $(1) \
	|| { echo "uv could not install; trying pip …" >&2; \
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r $(1); }

COMPILE = $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --no-header --upgrade
lock: $(VENV)/bin/uv
	$(COMPILE) --group build pyproject.toml -o requirements.txt
	cat requirements-model.txt >> requirements.txt
	$(COMPILE) --group dev pyproject.toml -c requirements.txt -o requirements-dev.txt
	echo "uv" | $(COMPILE) - -o requirements-setup.txt

clean:
	rm -rf $(VENV) .pilcrow
