# Needs Python 3.11, pip, git and make; everything else goes into $(VENV).
VENV ?= .venv
PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN := $(VENV)/bin
READY := $(VENV)/.comity-ready
PEER := build/peer
NEGMAS := build/negmas
ROUND ?= examples/western-mediterranean.yaml
# The speed of one core is what is promised, so the numerical libraries get one thread.
ONE_CORE := OMP_NUM_THREADS=1 OPENBLAS_NUM_THREADS=1 MKL_NUM_THREADS=1

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format bench map pins clean

help: ## show these lines
	@grep -hE '^[a-z]+:.*##' $(firstword $(MAKEFILE_LIST)) | sed -E 's/:[^#]*## /\t/' | awk -F'\t' '{printf "make %-8s %s\n", $$1, $$2}'

setup: $(READY) ## make the virtual environment (again only when what it needs has changed)

$(READY): pyproject.toml constraints.txt
	@"$(PYTHON)" -c 'import sys; sys.exit("Comity needs Python 3.11 or newer") if sys.version_info < (3, 11) else None'
	test -x $(BIN)/python || "$(PYTHON)" -m venv $(VENV)
	$(BIN)/python -m pip install -qq --disable-pip-version-check --retries 5 -c constraints.txt -e '.[dev]'
	@touch $@

demo: setup ## find a deal for Spain, Morocco and Senegal
	@$(BIN)/comity deal $(ROUND)

test: setup ## run every test
	@$(BIN)/python -m pytest -n auto

check: setup ## style, types and the direction of imports
	$(BIN)/ruff format --check src tests benchmarks docs
	$(BIN)/ruff check src tests benchmarks docs
	$(BIN)/mypy
	$(BIN)/lint-imports

format: setup ## put every file into the house style
	$(BIN)/ruff format src tests benchmarks docs
	$(BIN)/ruff check --fix-only --quiet src tests benchmarks docs

bench: setup $(PEER)/.ready $(NEGMAS)/.ready ## time and memory, beside peers, in one run
	@$(ONE_CORE) $(BIN)/python benchmarks/bench_world.py --peer $(PEER)/bin/python
	@$(ONE_CORE) $(BIN)/python benchmarks/bench_games.py --peer $(NEGMAS)/bin/python
	@$(ONE_CORE) $(BIN)/python benchmarks/bench_channels.py
	@$(ONE_CORE) $(BIN)/python benchmarks/bench_pressure.py --fast
	@$(ONE_CORE) $(BIN)/python benchmarks/bench_practice.py
	@$(BIN)/python benchmarks/bench_deal.py
	@$(ONE_CORE) $(BIN)/python benchmarks/bench_draws.py
	@$(ONE_CORE) $(BIN)/python benchmarks/bench_coherence.py
	@$(ONE_CORE) $(BIN)/python benchmarks/bench_regime.py
	@$(ONE_CORE) $(BIN)/python benchmarks/bench_puzzle.py
	@$(BIN)/python benchmarks/bench_bargaining.py
	@$(ONE_CORE) $(BIN)/python benchmarks/bench_world_round.py
	@$(ONE_CORE) $(BIN)/python benchmarks/bench_conference.py
	@$(BIN)/python benchmarks/bench_forum.py

$(PEER)/.ready: benchmarks/peer-requirements.txt
	test -x $(PEER)/bin/python || "$(PYTHON)" -m venv $(PEER)
	$(PEER)/bin/python -m pip install -qq --disable-pip-version-check -r benchmarks/peer-requirements.txt
	@touch $@

$(NEGMAS)/.ready: benchmarks/negmas-requirements.txt
	test -x $(NEGMAS)/bin/python || "$(PYTHON)" -m venv $(NEGMAS)
	$(NEGMAS)/bin/python -m pip install -qq --disable-pip-version-check -r benchmarks/negmas-requirements.txt
	@touch $@

map: setup ## write the lists in docs: rooms and modules, and whose figures these are
	@$(BIN)/python docs/write_map.py
	@$(BIN)/python docs/write_attributions.py

pins: setup ## write the installed versions to constraints.txt
	@head -1 constraints.txt > constraints.new
	@$(BIN)/python -m pip freeze --exclude-editable | grep -E '^[A-Za-z0-9_.-]+==' >> constraints.new
	@mv constraints.new constraints.txt

clean: ## remove what make made
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
