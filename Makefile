# Two commands do everything: `make run` and `make test`. See README.md.
PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin
FILES  ?=
OUT    ?= sample-output

.PHONY: run test gui lint bench lock pictures clean

run: $(VENV)/.runtime
	@$(BIN)/python packaging/run_samples.py --out "$(OUT)" $(FILES)

gui: $(VENV)/.runtime
	@$(BIN)/python packaging/system_packages.py --for gui
	$(BIN)/sharesafe gui $(FILES)

test: $(VENV)/.dev
	@$(BIN)/python packaging/system_packages.py --for tests
	$(BIN)/python packaging/run_tests.py

lint: $(VENV)/.dev
	$(BIN)/python packaging/run_tests.py --only lint

bench: $(VENV)/.dev
	$(BIN)/python tests/benchmarks/run.py

pictures: $(VENV)/.dev
	$(BIN)/python packaging/screenshots.py

lock: $(VENV)/.dev
	$(BIN)/python packaging/lock.py

$(VENV)/.runtime: pyproject.toml packaging/requirements.txt packaging/environment.py
	@$(PYTHON) packaging/environment.py --venv $(VENV) --requirements packaging/requirements.txt
	@touch $@

$(VENV)/.dev: pyproject.toml packaging/requirements-dev.txt packaging/environment.py
	@$(PYTHON) packaging/environment.py --venv $(VENV) --requirements packaging/requirements-dev.txt
	@touch $(VENV)/.runtime $@

clean:
	rm -rf $(VENV) $(OUT) build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
