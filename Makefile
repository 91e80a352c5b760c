# The commands people type. Each installs what it needs first (deploy/prepare.sh); ARGS is passed on:
#   make test ARGS='-k receipt -x'
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help run test fuzz soak test-wordpress test-compose check format bench bench-peers bench-scale lighthouse lock \
	translations

bin := .venv/bin
# One program, one question; bench/__init__.py says which.
benchmarks := ready_for_review growth sound_verdict worker sending desk gallery public_pages

help: ## what can be done
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: ## start the whole system on this machine, with demo clips; Ctrl-C stops it
	@deploy/prepare.sh run
	@$(bin)/python -m intake.embedded $(ARGS)

# Where bytecode is not kept, each of the hundred processes that the tests start compiles us anew.
test fuzz test-wordpress: export PYTHONDONTWRITEBYTECODE :=

# Three at a time, because most tests wait for another process now and then: two left a fifth of two cores idle.
test: ## run every test, three at a time; DATABASE=postgresql: all of them on that database
	@deploy/prepare.sh test
	@$(bin)/pytest -n 3 --dist loadfile --no-loadscope-reorder $(if $(DATABASE),--database $(DATABASE)) $(ARGS)

fuzz: ## look at 500 damaged clips; make test takes the first 60 of them
	@deploy/prepare.sh test
	@FUZZ_MUTATIONS=500 $(bin)/pytest -n 2 tests/integration/media/test_fuzzed_clips.py $(ARGS)

soak: ## send 200 videos over a line that is cut 50 times in each; make test takes the first 10 of them
	@deploy/prepare.sh test
	@$(bin)/python -m tests.faults.soak $(ARGS)

# Named, because no other run finds it: WordPress and MariaDB are much to install for one question.
test-wordpress: ## paste our addresses into a real WordPress, see them there, and see them gone
	@deploy/prepare.sh wordpress
	@$(bin)/pytest -n 0 tests/wordpress/pasting.py $(ARGS)

# Apart from make test: it needs a container engine, and takes most of an hour.
test-compose: ## bring the production shape up in containers, send, moderate, kill, back up, restore, upgrade; prints a table
	@deploy/prepare.sh test
	@$(bin)/python -m deploy.drill $(ARGS)

check: ## format, lint, types, import rules, templates, spelling, the Dockerfile
	@deploy/prepare.sh check
	$(bin)/ruff format --check .
	$(bin)/ruff check .
	$(bin)/mypy
	$(bin)/lint-imports
	$(bin)/djlint templates --check --quiet
	$(bin)/djlint templates --lint --quiet
	$(bin)/codespell
	$(bin)/hadolint Dockerfile

format: ## put code and templates into shape
	@deploy/prepare.sh check
	$(bin)/ruff format .
	$(bin)/ruff check --fix .
	$(bin)/djlint templates --reformat --quiet

bench: ## measure: tables here and in bench/README.md, figures in bench/results/*.json
	@deploy/prepare.sh lighthouse
	@missed=0; for name in $(benchmarks); do $(bin)/python -m "bench.$$name" $(ARGS) || missed=1; done; \
		$(bin)/python -m bench.tables; exit $$missed

bench-peers: ## as bench, beside the commands of other services: takes a quarter of an hour and more
	@deploy/prepare.sh test
	@missed=0; $(bin)/python -m bench.peers_table $(ARGS) || missed=1; $(bin)/python -m bench.tables; exit $$missed

bench-scale: ## as bench: more workers, jobs and submissions; takes half an hour
	@deploy/prepare.sh test
	@missed=0; $(bin)/python -m bench.scale $(ARGS) || missed=1; $(bin)/python -m bench.tables; exit $$missed

lighthouse: ## measure senders' and public pages on a telephone and a slow line, with Lighthouse in Chromium
	@deploy/prepare.sh lighthouse
	@missed=0; for name in page_speed public_pages; do $(bin)/python -m "bench.$$name" $(ARGS) || missed=1; done; \
		$(bin)/python -m bench.tables; exit $$missed

# UPGRADE=--upgrade takes newer versions; without it only what pyproject.toml asks for changes.
compile = $(bin)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--custom-compile-command "make lock" $(UPGRADE) pyproject.toml

lock: ## write requirements/*.txt from pyproject.toml (UPGRADE=--upgrade for newer versions)
	@deploy/prepare.sh check
	$(compile) --extra build --output-file requirements/runtime.txt
	$(compile) --extra build --extra embedded --output-file requirements/embedded.txt
	$(compile) --extra build --extra embedded --extra dev --output-file requirements/development.txt
	$(compile) --extra build --extra asr --constraint requirements/runtime.txt --output-file requirements/asr.txt

translations: ## bring intake/translations/*/LC_MESSAGES/messages.po up to date with the pages' sentences
	@deploy/prepare.sh check
	@mkdir -p build
	$(bin)/pybabel -q extract -F intake/translations/babel.cfg -k N_ -k lazy_gettext --sort-output --no-location -o build/messages.pot .
	$(bin)/pybabel -q update -i build/messages.pot -d intake/translations --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
