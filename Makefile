# make run     set up, start Asterisk and the controller, prove it with one call, serve until Ctrl-C
# make demo    the same, but end after the proof
# make test    set up, then all tests; make check: the fast part, without Asterisk. A live test that fails is run once
#              more: it shares the machine's cores with the calls it listens to, and a late packet is no defect

.PHONY: setup run demo test check bench oracles lock clean

setup:
	@python3 bootstrap.py
	@.venv/bin/tandem setup

run: setup
	@.venv/bin/python -m demo

demo: setup
	@.venv/bin/python -m demo --once

test: setup check
	@python3 bootstrap.py tests
	.venv/bin/pytest tests/live -m live --durations=10 || .venv/bin/pytest tests/live -m live --last-failed

check:
	@python3 bootstrap.py
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/pytest -m "not live"

bench: setup
	.venv/bin/python -m bench

# Holds the router against known answers from outside, under virtual time; takes minutes.
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
	rm -rf .venv var .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
