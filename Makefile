# Everything here needs only Python 3.10+ (with venv and pip), git and make.
PYTHON ?= python3
BIN := .venv/bin
ZONE ?=

.PHONY: run test proof lint docs tables clean

# The main job: train a real small model under the tracker, then show its footprint.
# `make run ZONE=FR` adds the emissions of your grid.
run: .venv/installed
	@$(BIN)/wattprint track --project digits --stage pretrain --interval 1 \
		$(if $(ZONE),--zone $(ZONE)) --quiet -- $(BIN)/python examples/train_digits.py
	@echo
	@$(BIN)/wattprint show last
	@$(BIN)/wattprint report last --format html --output run.html
	@echo "The same as a page, with power over time: run.html"

# What CI runs: every test, long proofs sampled with a seed.
test: .venv/installed
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadgroup

# Every long proof whole.
proof: .venv/installed
	WATTPRINT_PROOF=whole $(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadgroup

lint: .venv/installed
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy

docs: .venv/installed
	$(BIN)/pip install --quiet -e '.[docs]'
	$(BIN)/mkdocs build --strict

# Rebuild the shipped factor tables from the reference tables beside the checkout.
tables: .venv/installed
	$(BIN)/python tools/build_factors.py

clean:
	rm -rf .venv .bench site .mypy_cache .pytest_cache .ruff_cache .hypothesis

.venv/installed: pyproject.toml
	@echo "Setting up .venv (once, a minute or two) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@
