# Everything a newcomer needs: `make demo`, then `make test`. Each installs what it needs and is safe to run twice.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CACHE := $(or $(ESTRAN_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/estran)
export PATH := $(CACHE)/packages/usr/bin:$(PATH)
PYTEST ?= $(BIN)/pytest

.DEFAULT_GOAL := help
.PHONY: help setup engines demo test lint bench catalogues lock clean

help:
	@echo "make demo   set up, then run the main job: lab, layers, a tenant's request, an energy report"
	@echo "make test   set up, then check and test everything"
	@echo "make bench  measure, each figure beside its peer or its limit"
	@echo "make lint   ruff, mypy, import contracts"
	@echo "make clean  stop the lab and remove what the demo wrote here (the cache stays)"

setup: $(VENV)/.ready

$(VENV)/.ready: requirements/all.txt pyproject.toml toolchain/system.sh $(wildcard ops_cli/locale/*/LC_MESSAGES/*.po)
	@bash toolchain/system.sh "$(PYTHON)" "$(CACHE)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@cmp -s requirements/all.txt $(VENV)/installed.txt || { echo "estran: installing the Python packages of requirements/all.txt"; \
	  $(BIN)/python -m pip install --disable-pip-version-check --progress-bar on -q --require-hashes -r requirements/all.txt; }
	@$(BIN)/python -m pip install --disable-pip-version-check -q --no-deps --no-build-isolation -e .
	@$(BIN)/pybabel -q compile --domain "estran click" --directory ops_cli/locale
	@cp requirements/all.txt $(VENV)/installed.txt
	@touch $@

engines: setup
	@$(BIN)/estran toolchain sync

demo: setup
	@$(BIN)/estran demo

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

test: lint engines
	@$(PYTEST)

bench: engines
	@$(BIN)/python -m bench

# The header keeps what gettext needs to decode (charset, plurals) and nothing that changes by itself (dates, versions).
catalogues: setup
	@$(BIN)/pybabel -q extract --mapping-file ops_cli/locale/babel.cfg --keywords "_ N_" --no-location --no-wrap \
	  --sort-output --omit-header --output-file ops_cli/locale/estran.pot .
	@$(BIN)/pybabel -q update --domain estran --no-fuzzy-matching --ignore-obsolete --no-wrap \
	  --input-file ops_cli/locale/estran.pot --output-dir ops_cli/locale
	@sed -i '/^"\(POT-Creation-Date\|PO-Revision-Date\|Last-Translator\|Report-Msgid-Bugs-To\|Generated-By\): /d' \
	  ops_cli/locale/*/LC_MESSAGES/estran.po
	@rm ops_cli/locale/estran.pot
	@$(BIN)/pybabel -q compile --domain "estran click" --directory ops_cli/locale

lock: setup
	@$(BIN)/pip-compile -q --strip-extras --allow-unsafe --generate-hashes --no-emit-index-url --no-emit-trusted-host \
	  --no-emit-find-links --no-emit-options --all-extras -o requirements/all.txt pyproject.toml

clean:
	@if [ -x $(BIN)/estran ]; then $(BIN)/estran lab down --site demo; fi
	@rm -rf out infra/stacks/Pulumi.*.yaml
