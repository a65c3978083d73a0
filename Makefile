# Packshot's front door for people who work on it: `make help` lists what it does.
SHELL := bash
PYTHON ?= python3
UV := .tools/bin/uv
RUN := $(UV) run --frozen --no-sync
export UV_PYTHON_DOWNLOADS := never
export UV_NO_PROGRESS := 1
export UV_SYSTEM_CERTS := true
unexport PYTHONDONTWRITEBYTECODE # containers set it, and then every process compiles a thousand modules for itself

.DEFAULT_GOAL := help
.PHONY: help install demo run faces test check format lint types layers docs fresh gates faults live screenshots goldens pictures bench samples clean

help: ## list these targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  make \1 \2/' | awk '{printf "  make %-9s", $$2; $$1=$$2=""; print}'

.tools/bin/uv:
	@$(PYTHON) -c 'import sys; sys.exit("Packshot needs Python 3.11 or newer; %s is %s. Try: make PYTHON=python3.12" % (sys.executable, sys.version.split()[0])) if sys.version_info < (3, 11) else None'
	@$(PYTHON) -m venv .tools || { echo "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@.tools/bin/pip install --quiet --disable-pip-version-check 'uv>=0.9'

.venv/.stamp: .tools/bin/uv pyproject.toml uv.lock
	@$(UV) sync --frozen --quiet --python $(PYTHON)
	@touch $@

install: .venv/.stamp ## install everything, locked, into .venv, and build what pages load
	@$(RUN) python frontend/build.py

demo: install ## shoot every sample in every style into demo/
	@$(RUN) python samples/demo.py

run: install ## run Packshot here, with a seller to log in as
	@$(RUN) packshot up --demo

faces: install ## the identity lock's weights (100 MB), which its own tests need
	@$(UV) sync --frozen --quiet --inexact --extra faces

test: install ## run all tests, or TESTS="tests/one tests/two"
	@$(RUN) python tests/browser/chromium.py
	@$(RUN) pytest -n auto --dist loadgroup $(TESTS)

check: format lint types layers docs test ## everything CI runs

format: install
	@$(RUN) ruff format --check --quiet || { echo "Run: .venv/bin/ruff format"; exit 1; }

lint: install
	@$(RUN) ruff check --quiet

types: install
	@$(RUN) pyright

layers: install
	@$(RUN) lint-imports

docs: install ## build the documentation into site/
	@$(RUN) python docs/generate.py --check
	@$(RUN) sphinx-build --quiet --fail-on-warning --keep-going -b html docs site

fresh: ## README's commands as an ordinary user of a fresh clone types them (as root)
	@.ci/fresh

gates: install ## judge the cutout on many generated products (minutes)
	@PACKSHOT_GATES=full $(RUN) pytest tests/studio/test_cutout_gates.py -n 2 -rP

faults: install ## kill, freeze and cut off everything everywhere, and whatever else takes long (half an hour)
	@PACKSHOT_FAULTS=full $(RUN) pytest tests/faults $(shell grep -lr 'import FULL' tests --include='test_*.py' --exclude-dir=faults)

live: install ## buy a picture of each vendor whose key is set, and compare it with its simulator (PACKSHOT_LIVE_CAP dollars)
	@$(RUN) python -m tests.contract.live

screenshots: install ## every page, two themes, three widths, into screenshots/
	@$(RUN) python tests/browser/chromium.py
	@$(RUN) pytest tests/browser/screenshots.py

goldens: install ## make the golden pictures again, after a change that means to change them
	@$(RUN) python tests/goldens/make.py

pictures: install ## shoot the pictures that pages show again, after a change of the studio
	@$(RUN) python frontend/pictures.py

bench: install ## measure speed and memory, and write bench/results
	@$(RUN) python bench/up.py
	@$(RUN) python bench/studio.py
	@$(RUN) python bench/ledger.py
	@$(RUN) python bench/submit.py
	@$(RUN) python bench/latency.py
	@$(RUN) python bench/vendor.py
	@$(RUN) python bench/vendors.py
	@$(RUN) python bench/words.py
	@$(RUN) python bench/locks.py
	@command -v npm >/dev/null && npm ci --silent --ignore-scripts --prefix bench/nest && npm run --silent build --prefix bench/nest && $(RUN) python bench/orders.py || true
	@command -v npm >/dev/null && npm ci --silent --prefix bench || true
	@$(RUN) python bench/finishing.py

samples: .tools/bin/uv ## render the sample products again (hours; needs LLVM)
	@$(UV) sync --frozen --quiet --python $(PYTHON) --group render
	@$(RUN) python samples/render.py

clean: ## remove what was installed and made
	rm -rf .venv .tools demo site .pytest_cache .ruff_cache
