# Tỉnh Số. `make help` says what there is.
.DEFAULT_GOAL := help
.PHONY: help run test coverage check bench messages locks format clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  PORT=8001 HOST=0.0.0.0 make run    another address"
	@echo "  DATABASE_URL=postgresql://… make run    another database server (PostgreSQL 15+ with PostGIS)"

run: ## set up what is missing and start the product (Ctrl-C stops it)
	@scripts/setup && exec .venv/bin/tinhso run

test: ## set up what is missing and run every check and test
	@scripts/setup dev && exec scripts/test

coverage: ## the same, and which lines and branches the tests take; twice as long
	@scripts/setup dev && exec env COVERAGE=1 scripts/test

check: ## the state of every part
	@exec .venv/bin/tinhso check

bench: ## fill a database of its own and measure the promises of bench/README.md
	@scripts/setup && exec .venv/bin/tinhso bench

format: ## put the code in shape
	@.venv/bin/ruff check --fix --quiet . ; .venv/bin/ruff format .

messages: ## renew the English catalogue from the sources and name what is untranslated
	@exec scripts/messages

locks: ## renew requirements/*.lock (needs uv)
	@scripts/locks

clean: ## remove what set-up made; the data in var/ stays
	rm -rf .venv node_modules var/static var/vendor var/made .mypy_cache .ruff_cache .import_linter_cache .hypothesis .coverage*
	find src tests -name __pycache__ -type d -prune -exec rm -rf {} +
