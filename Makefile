# Två kommandon: make report (miljö, alla körningar, webbplats) och make test.
# Saknas uv på datorn läggs det i projektets egen .venv; inget annat på datorn ändras.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SYSTEM_UV := $(shell command -v uv 2>/dev/null)
UV := $(if $(SYSTEM_UV),$(SYSTEM_UV),$(BIN)/uv)
UV_VERSION := 0.13.9
GROUPS ?=
STAMP := $(VENV)/.synkad

.PHONY: help report test test-all faults coverage check serve clean environment

report: $(STAMP)  ## miljö + alla körningar + webbplats i _site/
	$(BIN)/bistand rapport

test: $(STAMP)  ## alla snabba test
	$(BIN)/pytest -n auto

test-all: GROUPS = --group reference
test-all: environment  ## också långsamma test och jämförelser med publicerade svar
	$(BIN)/pytest -n auto -m "not quarto and not built"

faults: $(STAMP)  ## plantera varje fel i tests/faults.yml och se att testen faller
	$(BIN)/python -m tests.faults

coverage: $(STAMP)  ## alla snabba test med mätning: hur stor del av varje mapps grenar som testen går igenom
	$(BIN)/pytest -n auto --cov --cov-report=
	$(BIN)/python -m tests.coverage_table

check: $(STAMP)  ## lint, format och typer
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

help:  ## visa kommandona
	@sed -n 's/^\([a-z-]*\):[^#=]*## /  make \1 – /p' $(firstword $(MAKEFILE_LIST))

serve: $(STAMP)  ## visa webbplatsen på den egna datorn
	$(BIN)/bistand visa

clean:  ## ta bort allt byggt; källor, körningslista och prognoslogg blir kvar
	test ! -x $(BIN)/bistand || $(BIN)/bistand stada
	rm -rf .cache data/processed/*.parquet $(STAMP)

$(STAMP): pyproject.toml uv.lock
	$(MAKE) --no-print-directory environment

environment:
ifeq ($(SYSTEM_UV),)
	test -x $(BIN)/uv || ($(PYTHON) -m venv $(VENV) && $(BIN)/python -m pip install --quiet uv==$(UV_VERSION))
endif
	UV_PROJECT_ENVIRONMENT=$(VENV) $(UV) sync --frozen --inexact --compile-bytecode $(GROUPS)
	$(BIN)/python -m compileall -q src
	touch $(STAMP)
