# Two commands matter to a newcomer: `make demo` and `make test`. Everything is installed, hash-locked, into .venv.
PY ?= python3
UV  = .venv/bin/uv
export UV_NO_CONFIG = 1
export UV_SYSTEM_CERTS = 1

.PHONY: help demo run test check lock vectors web coverage mutation soak bench clean

help:  ## show these commands
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: .venv/.ready  ## the main job, end to end, on this machine; KEEP=1 leaves the rehearsal organisation running
	@.venv/bin/python -m deploy.demo $(if $(KEEP),--keep)

run: .venv/.ready  ## serve the house in ./.amana (make one first: .venv/bin/amana officer init --help)
	.venv/bin/amana serve --with-gate

test: .venv/.tested  ## everything this machine can run; AMANA_TEST_ALL=1 fails where it cannot
	@.venv/bin/python -m tests.run

check: .venv/.tested  ## format, lint, types, import contracts
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	.venv/bin/lint-imports

bench: .venv/.tested  ## ratios against the plainest way to do the same; table and plots into bench/results/ (docs/performance.md)
	.venv/bin/python -m bench $(if $(ONLY),--only $(ONLY)) $(if $(ROUNDS),--rounds $(ROUNDS))

coverage: .venv/.tested  ## every line and branch of crypto/ and policies/ is run by a test
	@.venv/bin/python -m tests.run coverage

mutation: .venv/.tested  ## bend crypto/ and policies/ in one place at a time (tests/mutation/README.md); ONE_IN=8 FROM=0
	.venv/bin/python -m tests.mutation $(if $(ONE_IN),--one-in $(ONE_IN)) $(if $(FROM),--from $(FROM))

soak: .venv/.tested  ## half an hour of kills and power cuts under load, and long comparisons; KILLS=200 CUTS=60 GIB=0.25
	.venv/bin/python -m tests.soak --kills $(or $(KILLS),200) --cuts $(or $(CUTS),60)
	.venv/bin/python -m tests.evidence_line --gib $(or $(GIB),0.25)
	.venv/bin/python -m tests.interop.cedar 20000
	.venv/bin/python -m tests.interop.tree

vectors: .venv/.tested  ## write the deterministic vectors again (sealed ones stay frozen)
	.venv/bin/python tests/vectors/generate.py

web: .venv/.ready  ## build the reporter's page again (needs node); what is built is kept beside its source
	.venv/bin/python -m web.generate
	.venv/bin/python -m web.page

.venv/bin/uv: requirements/bootstrap.txt
	$(PY) -m venv .venv
	.venv/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@touch $@

.venv/.ready: .venv/bin/uv requirements/run.txt pyproject.toml
	$(UV) pip install -q --python .venv/bin/python --require-hashes -r requirements/run.txt
	$(UV) pip install -q --python .venv/bin/python --no-deps --no-build-isolation -e .
	@touch $@

.venv/.tested: .venv/.ready requirements/dev.txt
	$(UV) pip install -q --python .venv/bin/python --require-hashes -r requirements/dev.txt
	@touch $@

lock: .venv/bin/uv  ## resolve again, without any host name in the result
	$(UV) pip compile -q --universal --generate-hashes --no-header --no-annotate -p 3.11 requirements/bootstrap.in -o requirements/bootstrap.txt
	$(UV) pip compile -q --universal --generate-hashes --no-header --no-annotate -p 3.11 --group build pyproject.toml -o requirements/run.txt
	$(UV) pip compile -q --universal --generate-hashes --no-header --no-annotate -p 3.12 requirements/tlog.in -o requirements/tlog.txt
	$(UV) pip compile -q --universal --generate-hashes --no-header --no-annotate -p 3.11 --group build --group dev -c requirements/run.txt pyproject.toml -o requirements/dev.txt

clean:  ## remove what was installed and the demo's organisation
	rm -rf .venv .venv-* .amana .mypy_cache .ruff_cache .pytest_cache .hypothesis
