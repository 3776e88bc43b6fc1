# Everything a person does with this repository. `make` alone lists it.
#
# Set-up needs Python 3.11 or later and a registry of Python and of npm packages, as pip and npm
# are configured on this machine. It works in the clone's own .venv and node_modules.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.SUFFIXES:
MAKEFLAGS += --no-print-directory

BIN := .venv/bin
RUN := .venv/.with-run
DEV := .venv/.with-dev
VENDOR := portal/static/vendor/manifest.json
LOCKS := requirements.lock requirements-dev.lock requirements-setup.lock requirements-node.lock

# pip is everywhere; uv, once pip has put it there, does the same in a tenth of the time. Both
# check every file against the hashes of the lock.
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
install = { $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r $(1) \
	|| { echo 'uv could not; pip tries'; $(PIP) install --require-hashes -r $(1); }; }
# A company's own certificate authority is known to the system, and pip looks there by itself.
export UV_SYSTEM_CERTS := 1

# The tests start hundreds of processes. Where nothing compiled is kept, as in many images, each
# compiles the whole platform anew, which is half of what its start takes.
unexport PYTHONDONTWRITEBYTECODE

# A virtual environment knows its own path. In a clone that was moved or copied it is made anew.
ifneq "$(shell cat .venv/.path 2>/dev/null)" "$(CURDIR)"
VENV_STATE := moved
else ifneq "$(shell $(BIN)/python -c 'print(1)' 2>/dev/null)" "1"
VENV_STATE := broken
endif

help: ## list what can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: $(DEV) $(VENDOR) ## install all that is needed to run, test and check

run: $(RUN) $(VENDOR) ## serve the platform with its demo group (QSE_HOME, QSE_PORT)
	@exec $(BIN)/qse up

# Files with few tests are the long ones (a whole browser, a whole story): none is kept for the end.
test: $(DEV) $(VENDOR) ## run the tests, a file per worker and core (ARGS="-k audit -x")
	@exec $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(DEV) ## all that must hold before a push: lint, format, types, imports, prose, locks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/deptry .
	$(BIN)/codespell
	$(BIN)/djlint portal services --lint --quiet
	@! grep -nE '://|^(--index|--extra-index|--find-links)|file:' $(LOCKS)
	@! grep -nE '"resolved"' portal/package-lock.json

fix: $(DEV) ## let the tools repair what they can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

migrate: $(RUN) ## bring the database of QSE_DATABASE_URL to the newest schema
	@exec $(BIN)/qse migrate

revise: $(RUN) ## write a migration (service=audit message="add a column")
	@test -n "$(service)" && test -n "$(message)" \
		|| { echo 'Say which and why: make revise service=audit message="add a column"'; exit 2; }
	@exec $(BIN)/qse revise $(service) "$(message)"

bench: $(RUN) $(VENDOR) ## measure the chain against its floor
	@exec $(BIN)/qse bench chain

faults: $(DEV) ## kill everything in turn under load, and count (the long run; `test` has a short one)
	@exec $(BIN)/python -m tests.faults

fuzz: $(DEV) ## try invented requests as every role at every service (ARGS="--cases 50000")
	@exec $(BIN)/python -m tests.fuzz $(ARGS)

mutants: $(DEV) ## remove each guard in turn, and see that a test notices (ARGS="shared/auth.py")
	@exec $(BIN)/python -m tests.mutants $(ARGS)

screens: $(DEV) $(VENDOR) ## take the pictures of the pages (ARGS="--look FOLDER": in every look)
	@exec $(BIN)/python -m tests.screens $(ARGS)

security: $(DEV) $(VENDOR) ## measure the promises of isolation, record and access: a line for each
	@exec $(BIN)/python -m pytest -q -m security $(ARGS)

axe: $(DEV) $(VENDOR) ## look for barriers in every page, in each language and light (in Chromium)
	@exec $(BIN)/python -m pytest -q -m axe $(ARGS)

deploy-test: $(DEV) ## bring the compose file up and run a story through it (needs Docker)
	@exec $(BIN)/python -m pytest -m deploy $(ARGS)

lock: $(DEV) ## resolve the newest allowed packages anew and write the locks
	$(BIN)/uv pip compile $(RESOLVE) pyproject.toml -o requirements.lock
	$(BIN)/uv pip compile $(RESOLVE) pyproject.toml --group dev -c requirements.lock -o requirements-dev.lock
	$(BIN)/uv pip compile $(RESOLVE) --group setup -o requirements-setup.lock
	$(BIN)/uv pip compile $(RESOLVE) --group node -o requirements-node.lock
	cd portal && npm install --package-lock-only

clean: ## remove all that set-up and the tools made; data in QSE_HOME stays
	rm -rf .venv *.egg-info build portal/node_modules portal/static/vendor shared/fonts
	rm -rf .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .coverage* htmlcov
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

RESOLVE := --universal --python-version 3.11 --generate-hashes --upgrade --quiet \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"

.venv/.path: requirements-setup.lock $(VENV_STATE)
	@found=; for python in "$(PYTHON)" python3 python3.13 python3.12 python3.11 python3.14; do \
		command -v "$$python" >/dev/null 2>&1 || continue; \
		"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		found=$$python; break; \
	done; \
	test -n "$$found" || { echo 'Python 3.11 or later is needed, and no python3 here is. Install' \
		'one, or name it: make PYTHON=/path/to/python3.12 ...' >&2; exit 1; }; \
	echo "Setting up .venv with $$("$$found" --version)"; \
	rm -rf .venv; \
	"$$found" -m venv .venv || { rm -rf .venv; echo 'That Python cannot make a virtual' \
		'environment. On Debian: apt-get install python3-venv' >&2; exit 1; }
	@$(PIP) install --require-hashes -r requirements-setup.lock
	@printf '%s' "$(CURDIR)" > $@

$(RUN): .venv/.path requirements.lock pyproject.toml
	@echo 'Installing what runs'
	@$(call install,requirements.lock)
	@$(call install_ourselves)
	@touch $@

$(DEV): $(RUN) requirements-dev.lock
	@echo 'Installing what tests and checks'
	@$(call install,requirements-dev.lock)
	@touch $@

# The command and the package's name; the code itself stays where it is.
install_ourselves = $(PIP) install --no-deps --no-build-isolation --no-index --editable .

$(VENDOR): $(RUN) portal/package-lock.json runtime/assets.py
	@echo 'Building the web assets'
	@if $(BIN)/python -m runtime.assets needs-node; then $(call install,requirements-node.lock); fi
	@$(BIN)/python -m runtime.assets
	@touch $@

.PHONY: help setup run test check fix migrate revise bench faults fuzz mutants screens security axe deploy-test lock clean \
	moved broken
