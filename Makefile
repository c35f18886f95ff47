# Two commands set everything up: `make run` and `make test`. The rest is for those who change the code.
# the first Python on PATH that is new enough; PYTHON=... chooses another
PYTHON ?= $(shell for python in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$python -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 15))' 2>/dev/null && echo $$python && break; \
	done)
VENV := .venv
BIN := $(VENV)/bin
INSTALL_FROM := setup.cfg pyproject.toml constraints.txt
export PATH := $(CURDIR)/$(BIN):$(PATH)
# else each process compiles all of Dagster again, nine seconds of processor time
unexport PYTHONDONTWRITEBYTECODE

.PHONY: run test quick fuzz soak start lint docs audit constraints canary clean

run: $(VENV)/.installed ## show what it does, on a sample world in a folder of its own
	@achievements demo --no-open
	@printf '%s\n' 'So that your shell finds it: export PATH="$(CURDIR)/$(BIN):$$PATH"'

test: $(VENV)/.installed-test ## run every test, on all processors
	HYPOTHESIS_PROFILE=full python -m pytest --numprocesses auto --dist worksteal

quick: $(VENV)/.installed-test ## run the tests that need neither a database nor a service
	python -m pytest -m 'not e2e'

fuzz: $(VENV)/.installed-test ## try every law with thousands of texts, paths, manifests and messages; takes an hour
	HYPOTHESIS_PROFILE=fuzz python -m pytest -m "hypothesis and not e2e and not soak" --timeout=3600

soak: $(VENV)/.installed-test ## let a service run for real, kill it in every way, see it recover; takes minutes
	python -m pytest -m soak --soak-log=docs/internals/soak.md

start: $(VENV)/.installed ## the Dagster UI, its daemon and the database, until Ctrl-C
	achievements start

lint: $(VENV)/.installed-test ## format, lint, types, import contract
	ruff format --check .
	ruff check .
	mypy
	lint-imports

docs: $(VENV)/.installed-docs ## build the site of the documentation into site/
	NO_MKDOCS_2_WARNING=1 mkdocs build --strict

constraints: ## renew the pins (needs uv)
	uv pip compile setup.cfg --universal --python-version 3.11 --extra test --extra docs --no-annotate --no-header \
		--no-emit-index-url --no-emit-find-links --upgrade --output-file constraints.txt

	$(MAKE) requirements.lock

requirements.lock: constraints.txt setup.cfg ## the same pins with the hashes of their files (needs uv)
	uv pip compile setup.cfg --universal --python-version 3.11 --extra test --extra docs --constraint constraints.txt \
		--generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links --output-file $@

audit: ## look the pins up among known vulnerabilities (needs uv and the network)
	uv tool run pip-audit --strict --requirement requirements.lock --require-hashes --disable-pip

CANARY = $(VENV)/canary
canary: ## try the newest Dagster, pre-releases too (needs uv and the network)
	uv venv --quiet --clear $(CANARY)
	grep -v '^dagster' constraints.txt >$(CANARY)/constraints.txt
	printf '%s\n' 'dagster>=1.13.dev0' 'dagster-webserver>=1.13.dev0' 'dagster-graphql>=1.13.dev0' 'dagster-pipes>=1.13.dev0' \
		'dagster-shared>=1.13.dev0' 'dagster-postgres>=0.29.dev0' 'dagster-celery>=0.29.dev0' >$(CANARY)/overrides.txt
	uv pip install --quiet --python $(CANARY)/bin/python --constraint $(CANARY)/constraints.txt \
		--override $(CANARY)/overrides.txt --editable '.[test]'
	$(CANARY)/bin/python -c 'import dagster; print("Dagster", dagster.__version__)'
	# what is released behind Dagster warns of it
	$(CANARY)/bin/python -m pytest -W 'ignore:Found version mismatch' \
		achievement_pipeline_tests/defs achievement_pipeline_tests/cli/service

clean:
	rm -rf $(VENV) build dist *.egg-info

$(VENV)/.installed: $(INSTALL_FROM)
	$(call install,.)

$(VENV)/.installed-test: $(INSTALL_FROM)
	$(call install,.[test])
	@touch $(VENV)/.installed

$(VENV)/.installed-docs: $(INSTALL_FROM)
	$(call install,.[docs])
	@touch $(VENV)/.installed

# uv where it is (8 s from nothing), else the venv and pip that come with Python (45 s)
define install
	$(if $(PYTHON),,$(error Python 3.11, 3.12, 3.13 or 3.14 is needed and none is on PATH))
	@if command -v uv >/dev/null; then \
		test -x $(BIN)/python || uv venv --quiet --python $(PYTHON) $(VENV); \
		uv pip install --quiet --python $(BIN)/python --constraint constraints.txt --editable '$(1)'; \
	else \
		test -x $(BIN)/python || $(PYTHON) -m venv $(VENV); \
		$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable '$(1)'; \
	fi
	@touch $@
endef
