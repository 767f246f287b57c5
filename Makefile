# Two commands are enough: `make run` starts the studio, `make test` tries everything.
# What they need comes into .venv by itself, once, and again only when requirements/ changes.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TEMPLATES = $(shell find templates -name '*.html')

.DEFAULT_GOAL := help
.PHONY: help run test check bench faults format lock clean

help: ## Show the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# $(call install,run) makes .venv hold what requirements/run.txt says. A stamp in it remembers
# the checksum, so nothing but one checksum is computed when all is well. What dev.txt brings is
# all of run.txt and more; it satisfies both.
define install
	@want="$(1) $$(cksum < requirements/$(1).txt)"; \
	if [ -f $(VENV)/$(1).stamp ] && [ "$$want" = "$$(cat $(VENV)/$(1).stamp)" ]; then exit 0; fi; \
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 12))' 2>/dev/null || { \
		echo "Modelless Studio needs Python 3.12 or newer; name one, as in: make $@ PYTHON=python3.13" >&2; \
		exit 1; }; \
	echo "Installing (once, about half a minute)…"; \
	$(BIN)/python -c '' 2>/dev/null || $(PYTHON) -m venv --clear $(VENV) || exit 1; \
	rm -f $(VENV)/*.stamp; \
	$(BIN)/python -m pip install -qq --disable-pip-version-check --no-input \
		--require-hashes -r requirements/$(1).txt || exit 1; \
	if [ $(1) = dev ]; then echo "run $$(cksum < requirements/run.txt)" > $(VENV)/run.stamp; fi; \
	echo "$$want" > $(VENV)/$(1).stamp
endef

run: ## Start the studio
	$(call install,run)
	@exec $(BIN)/python manage.py studio

test: ## Run every test, those in a browser too
	$(call install,dev)
	@$(BIN)/python -m pytest
	@$(BIN)/python -m tests.support.scaled pytest tests/records tests/engine

check: ## Look for faults without running anything: style, types, templates, layers, settings
	$(call install,dev)
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/djlint --quiet --lint templates
	@$(BIN)/djade --check $(TEMPLATES)
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/python -m tests.support.deployed

faults: ## Break it on purpose, at length: crashes, cuts, hostile addresses; prints the figures
	$(call install,dev)
	@$(BIN)/python -m pytest -m faults --long

bench: ## Measure a crowd of streams on the running studio
	$(call install,dev)
	@$(BIN)/python -m tests.bench

format: ## Lay out Python and templates as `make check` wants them
	$(call install,dev)
	@$(BIN)/ruff check --fix-only --quiet
	@$(BIN)/ruff format --quiet
	@$(BIN)/djade $(TEMPLATES)

UV = $(shell command -v uv || echo $(PYTHON) -m uv)
COMPILE = $(UV) pip compile --quiet --upgrade --universal --python-version 3.12 \
	--generate-hashes --no-header pyproject.toml

lock: ## Bring requirements/ to the newest versions; needs uv
	@$(COMPILE) --output-file requirements/run.txt
	@$(COMPILE) --extra dev --output-file requirements/dev.txt

clean: ## Remove what tools have made; the data folder stays
	@rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache test-results
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
