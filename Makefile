# make run     set up, start Asterisk and the controller, prove it with one call, serve until Ctrl-C
# make demo    the same, but end after the proof
# make test    set up, then all tests; make check: the fast part, without Asterisk, and without PostgreSQL where there is
#              none: `python3 bootstrap.py tests` gets it. Three live tests run at a time, for they wait far more than
#              they work. One that fails is run once more, when all are done: it shares the machine's cores with the
#              calls it listens to, and a late packet is no defect

NPM = PATH=$(CURDIR)/.venv/bin:$$PATH npm --prefix web
LIVE = .venv/bin/pytest tests/live tests/web -m live --durations=10

.PHONY: setup run demo test test-web fuzz live check bench oracles lock clean

setup:
	@python3 bootstrap.py
	@.venv/bin/tandem setup

run: setup
	@.venv/bin/python -m demo

demo: setup
	@.venv/bin/python -m demo --once

test: setup
	@python3 bootstrap.py tests
	@$(MAKE) --no-print-directory check
	@$(MAKE) --no-print-directory live

# The pages alone. With SCREENSHOTS=--screenshots their pictures in docs/screenshots are made again.
test-web: setup
	@python3 bootstrap.py tests
	.venv/bin/pytest tests/web $(SCREENSHOTS)

# Every way of the OpenAPI document with many examples; minutes. make check asks with a few.
fuzz:
	@python3 bootstrap.py
	.venv/bin/pytest tests/cti/test_schemathesis.py --examples 100 --timeout 1800 -n auto

# What failed is told by its list; a run that failed without one (a crash, a file that can not be read) is over.
live:
	@rm -rf .pytest_cache/live
	@$(LIVE) -n 3 --dist worksteal -o cache_dir=.pytest_cache/live || \
	    { [ $$? = 1 -a -s .pytest_cache/live/v/cache/lastfailed ] && \
	      $(LIVE) -o cache_dir=.pytest_cache/live --last-failed; }

check:
	@python3 bootstrap.py
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports
	$(NPM) run check
	.venv/bin/pytest -m "not live" -n auto --dist worksteal

bench: setup
	.venv/bin/python -m bench

# Holds the router against known answers from outside, under virtual time, on all cores; takes minutes.
oracles:
	@python3 bootstrap.py
	.venv/bin/tandem sim check tests/golden/oracles/cases.json

# Pins every dependency, for every Python and platform; a version that is pinned already stays. Names no registry.
lock:
	@python3 bootstrap.py
	.venv/bin/pip install --quiet uv
	.venv/bin/uv pip compile --quiet pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
	    --only-binary :all: --prerelease if-necessary-or-explicit --no-header --no-emit-index-url -o requirements.lock

clean:
	rm -rf .venv var web/node_modules web/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
