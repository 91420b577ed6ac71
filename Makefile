# Källa. `make run` is all that a fresh machine needs; Python 3.11 or later with pip and venv has to be there.
# The plain commands behind each target are in README.md. Another Python: make run PYTHON=python3.12

PYTHON ?= python3
ARGS ?=
VENV := .venv/bin/python

.DEFAULT_GOAL := help
.PHONY: help run test check sbom

help:
	@echo "make run     install what is missing, take in corpus/, serve the page (options: ARGS='--port 7861')"
	@echo "make test    the tests (one file or some: ARGS=tests/test_pool.py; in the browser: ARGS='-m browser')"
	@echo "make check   style, types, security rules and the tests: what has to pass before a change is sent in"
	@echo "make sbom    what the program is made of, as dist/kalla.cdx.json (CycloneDX)"

# Exit code 1 of the ingest means that a file could not be read, and that it was named: the page is served all the same.
run:
	@$(PYTHON) environment.py
	@$(VENV) -m ingest || test $$? -eq 1
	@$(VENV) search_app.py $(ARGS)

test:
	@$(PYTHON) environment.py test
	@$(VENV) -m pytest $(ARGS)

check:
	@$(PYTHON) environment.py test
	@$(VENV) -m ruff check .
	@$(VENV) -m ruff format --check .
	@$(VENV) -m mypy
	@$(VENV) -m bandit -q -r -c pyproject.toml ingest index ui api mcp_server benchmarks search_app.py environment.py checks.py
	@$(VENV) checks.py vulnerabilities
	@$(VENV) -m pytest $(ARGS)

sbom:
	@$(PYTHON) environment.py test
	@mkdir -p dist
	@$(VENV) checks.py sbom dist/kalla.cdx.json
	@echo "dist/kalla.cdx.json"
