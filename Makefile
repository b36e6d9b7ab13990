# make demo    the example study, from nothing to a report      (Python 3.11 or newer is all that is needed)
# make test    everything that a change must pass: lint, types, imports, spelling, licences, docs, and all tests
# make docs    write the generated pages of docs/ anew
# make clean   remove what make has made
#
# Everything is installed into .venv, once; PYTHON=... chooses another Python, PIP_* variables reach pip.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := demo
.PHONY: demo test docs clean
.DELETE_ON_ERROR:

# The newest suitable Python that is there: python3 itself, or one with its version in the name.
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11 python; do \
	"$$p" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v "$$p"; break; }; done)
BIN := .venv/bin

demo: .venv/.installed
	@$(BIN)/caselight demo demo

test: .venv/.installed-test .venv/.system
	@PATH="$(CURDIR)/$(BIN):$$PATH" ./check

docs: .venv/.installed-test
	@$(BIN)/python docs/write_reference.py
	@$(BIN)/python docs/write_pictures.py && $(BIN)/python docs/write_pictures.py

clean:
	rm -rf .venv demo build dist .mypy_cache .ruff_cache .hypothesis .import_linter_cache

$(BIN)/pip:
	@if [ -z "$(PYTHON)" ]; then \
		echo "Caselight needs Python 3.11 or newer; found: $$(python3 --version 2>&1 || true)." >&2; \
		echo "Install it (Debian, Ubuntu: apt-get install python3 python3-venv), or say: make demo PYTHON=/path/to/python3" >&2; \
		exit 1; fi
	@if ! $(PYTHON) -c 'import ensurepip, venv' 2>/dev/null; then \
		if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
			echo "Installing python3-venv ..." >&2; apt-get update -qq && apt-get install -qq -y python3-venv >/dev/null; \
		else \
			echo "This Python cannot make a virtual environment (its module ensurepip is missing)." >&2; \
			echo "Install it, then run make again (Debian, Ubuntu: sudo apt-get install python3-venv)." >&2; \
			exit 1; fi; fi
	@$(PYTHON) -m venv .venv

.venv/.installed: pyproject.toml | $(BIN)/pip
	@echo "Installing Caselight into .venv (once; about a minute) ..." >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@$(BIN)/python -m compileall -q src
	@touch $@

.venv/.installed-test: pyproject.toml | $(BIN)/pip
	@echo "Installing Caselight and what its tests need into .venv (once; a minute or two) ..." >&2
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test,check,bench]'
	@$(BIN)/python -m compileall -q src
	@touch $@ .venv/.installed

# What pip cannot install: a browser for the tests that open the report in one, and fonts with Cyrillic for test PDFs.
# Not a file's age but its presence matters, so the stamp is written only when all of it is there.
.venv/.system: | $(BIN)/pip
	@missing=""; \
	command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing="chromium"; \
	[ -f /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || missing="$$missing fonts-dejavu-core"; \
	command -v soffice >/dev/null || missing="$$missing libreoffice-calc"; \
	if [ -z "$$missing" ]; then touch $@; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		echo "Installing $$missing ..." >&2; \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$missing >/dev/null && touch $@; \
	else \
		echo "Not installed: $$missing. The tests that need them are skipped and listed." >&2; \
		echo "To run them too (Debian, Ubuntu): sudo apt-get install $$missing" >&2; fi
