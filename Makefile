# Bare `make` lists the verbs: every target with a `##` comment.

PYTHON ?= python3.11 python3.12 python3.13 python3.14 python3
PORT ?= 8400
# Some tests wait more than they work.
JOBS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
# Some thousand books are made and written to: where there is room they are in memory, so that no write waits for a disk.
ROOM := $(shell df -Pk /dev/shm 2> /dev/null | awk '$$4 > 4000000 && NR == 2 { print "/dev/shm" }')
# Who has nothing left to run takes over tests of others, so that nobody is idle at the end.
PYTEST = $(if $(ROOM),env TMPDIR=$(ROOM)) $(PY) -m pytest -n $(JOBS) --dist worksteal
# What runs for many minutes as one test is not ended as one that hangs.
LONG := -o faulthandler_timeout=0
QUESTIONS ?= 10000
# How many examples of a property are tried (tests/conftest.py).
PROFILE ?= brief
# Tests begin some thousand processes, which would compile the whole program each.
unexport PYTHONDONTWRITEBYTECODE
UV := uv==0.13.8

PY := .venv/bin/python
PIP := $(PY) -m pip --disable-pip-version-check
LOCKS := requirements/runtime.txt requirements/dev.txt
BENCH := .venv-bench/bin/python
# The stamp carries the tree's place, so that a tree that was copied or moved is set up again.
empty :=
STAMP := .venv/.ready$(subst $(empty) $(empty),_,$(subst /,-,$(CURDIR)))

STATIC := format-check lint types floors gates

# Only what a change is looked at by without being run goes side by side.
ifndef BESIDE
.NOTPARALLEL:
endif
.PHONY: help setup serve pages test test-browser long whole queries books life where wheel bench torture check static $(STATIC) docs format lock

help:
	@echo "Orderglot's verbs:"
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf " make %-12s %s\n", $$1, $$2 }' Makefile

setup: $(STAMP) ## install everything into .venv; at once when nothing changed
	@$(if $(filter setup,$(MAKECMDGOALS)),echo "Ready. Next: . .venv/bin/activate (or make serve for a demo)",:)

serve: setup ## serve the demo on PORT (8400)
	@trap 'exit 0' INT; .venv/bin/orderglot serve --demo --port $(PORT)

pages: setup ## send a demo (at URL, else its own) the vendors' examples
	$(PY) -m pages $(if $(URL),--url $(URL)) $(ARGS)

test: setup ## run the tests with ten examples each (PROFILE=ci: with 60)
	@.ci/timed 'make test' $(if $(LONG_TOO),18,$(if $(filter brief,$(PROFILE)),6,12)) \
		$(PYTEST) $(if $(LONG_TOO),,-m 'not long') --hypothesis-profile=$(PROFILE) $(ARGS)

long: setup ## run the tests that take longest, such as deliberate mistakes
	$(PYTEST) -m long $(ARGS)

whole: setup ## pull a year of orders from hub to hub, in every dialect
	ORDERGLOT_HUB_TO_HUB=whole $(PYTEST) $(LONG) tests/sync/test_hub_to_hub.py \
		tests/sync/test_killed_pullers.py $(ARGS)

queries: setup ## put ten thousand random queries to every store, and compare
	$(PYTEST) $(LONG) --hypothesis-profile=thorough $(ARGS) \
		tests/stores/test_query.py::test_every_store_answers_a_question_alike \
		src/orderglot/dialects/catalyst/tests/test_filters_found.py

books: setup ## try a thousand runs of books that are each other's vendors
	$(PYTEST) $(LONG) --hypothesis-profile=thorough $(ARGS) tests/sync/test_state_machine.py

life: setup ## make many thousand writes of all dialects on one book
	$(PYTEST) $(LONG) --hypothesis-profile=thorough $(ARGS) tests/life/test_book_machine.py

where: setup ## ask stores QUESTIONS (10000) Catalyst filters, compare
	ORDERGLOT_QUESTIONS=$(QUESTIONS) $(PYTEST) $(LONG) $(ARGS) \
		src/orderglot/dialects/catalyst/tests/test_where.py

wheel: setup ## build the wheel, install it with each Python, serve the demo
	$(PY) -m pytest tests/package/installed.py $(ARGS)

test-browser: setup ## drive the console in Chromium (ARGS=--pictures draws it)
	@$(PY) -m tests.browser.chromium
	@.ci/timed 'make test-browser' 3 $(PYTEST) -o python_files='browse_*.py' tests/browser $(ARGS)

bench: .venv-bench/.ready ## measure how fast it is, half an hour (QUICK=1: some minutes)
	PYTHONPATH=src $(BENCH) -m bench $(if $(QUICK),--quick) $(ARGS)

torture: setup ## try to break it, ten minutes; some of the trials by ARGS
	$(PY) -m torture $(ARGS)

check: ## what a change has to pass: format, lint, types, gates, tests
	@.ci/timed 'make check' 15 $(MAKE) --no-print-directory static test PROFILE=ci

static: setup
	@$(MAKE) --no-print-directory --jobs=$(JOBS) --output-sync BESIDE=1 $(STATIC)

format-check: setup
	@$(PY) -m ruff format --check --output-format concise . || { echo "Run 'make format'." >&2; exit 1; }

lint: setup
	$(PY) -m ruff check .

types: setup
	$(PY) -m mypy

floors: setup
	.venv/bin/lint-imports --no-logo

# Every program in tools/ is a gate: it looks at the tree, says what is wrong and exits with 1.
gates: setup
	@failed=; for gate in tools/*.py; do $(PY) $$gate || failed="$$failed $$gate"; done; \
	if [ -n "$$failed" ]; then echo "Refused by:$$failed" >&2; exit 1; fi

docs: setup ## write the tables of the docs, and the documents' examples
	$(PY) tools/dialects.py --write
	$(PY) tools/siblings.py --write
	$(PY) tools/examples.py --write

format: setup ## format the code and mend what ruff can mend
	$(PY) -m ruff format .
	$(PY) -m ruff check --fix .

lock: ## resolve the dependencies again; UPGRADE=1 takes new releases
	@test -x $(PY) || { $(create-venv); }
	@$(PIP) install --quiet $(UV)
	$(call compile,-o requirements/runtime.txt)
	$(call compile,--group dev --extra files -c requirements/runtime.txt -o requirements/dev.txt)
	$(call compile,--group bench --extra files -c requirements/dev.txt -o requirements/bench.txt)

compile = @$(PY) -m uv --no-config --system-certs pip compile pyproject.toml $(1) $(if $(UPGRADE),--upgrade) \
	--universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command 'make lock' --quiet && echo "Wrote $(lastword $(1))."

define create-venv
for python in $(PYTHON); do \
  $$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && break; \
  python=; \
done; \
if [ -z "$$python" ]; then \
  echo "Orderglot needs Python 3.11 or newer with its venv module, and found none of: $(PYTHON)." >&2; \
  exit 1; \
fi; \
echo "Creating .venv with $$python."; \
$$python -m venv --clear .venv
endef

# Installs locks into an environment, with a line each time that so many of the packages have come.
define install-locked
echo "Installing the locked packages into $(2), which takes a minute or two."; \
{ $(1) -m pip --disable-pip-version-check install --progress-bar off --require-hashes $(3:%=-r %) \
  && echo "All installed"; } \
| awk -v all="$$(cat $(3) | grep '==' | cut -d ' ' -f 1 | sort -u | wc -l | tr -d ' ')" ' \
  /^Collecting / && ++n % 20 == 0 { print "  " n " of some " all " packages are here."; fflush() } \
  /^Installing collected / { print "  All are here and being installed."; fflush() } \
  /^All installed$$/ { whole = 1 } \
  END { exit !whole }'
endef

# Without its interpreter, .venv is not set up, whatever the stamp says.
ifneq ($(shell test -x $(PY) && echo here),here)
.PHONY: $(STAMP)
endif

$(STAMP): $(LOCKS) pyproject.toml package.json package-lock.json hatch_build.py
	@test -e $@ -a -x $(PY) || { $(create-venv); }
	@$(call install-locked,$(PY),.venv,$(LOCKS))
	@echo "Installing Orderglot itself."
	@$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@$(PIP) check --quiet || { echo "pyproject.toml asks for more than the lock holds; run 'make lock'." >&2; exit 1; }
	@touch $@

.venv-bench/.ready: $(STAMP) requirements/bench.txt
	@test -x $(BENCH) || $(PY) -m venv --clear .venv-bench
	@$(call install-locked,$(BENCH),.venv-bench,requirements/bench.txt)
	@$(BENCH) -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation -e .
	@touch $@
