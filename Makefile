.DEFAULT_GOAL := help
.PHONY: help setup demo demo-reset test lint bench ledger shell pot clean

DB ?= demo

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## get Odoo 19, its Python, PostgreSQL, Chromium and fonts (whatever is missing)
	@tools/setup

demo: ## serve Odoo with the addon and demo data on http://localhost:8069 (PORT=8070 for another)
	@tools/demo

demo-reset: ## build the demo database anew, then serve it
	@tools/demo --reset

test: ## every test, browser tours included (ARGS='-k word' or a path for some, KEEP=1 keeps the database)
	@tools/test $(ARGS)

lint: ## ruff, pylint-odoo, OCA's checks (ARGS=--core adds Odoo's own test_lint, a minute)
	@tools/lint $(ARGS)

bench: ## run the programs in benchmarks/
	@tools/bench

ledger: ## run tools/ledger (ARGS= are its arguments)
	@tools/ledger $(ARGS)

shell: ## Odoo's Python shell on a database (DB=demo)
	@tools/odoo shell -d $(DB)

pot: ## export the addon's terms and refresh i18n/zh_CN.po
	@tools/pot

clean: ## stop this clone's PostgreSQL and remove its databases, files and logs (var/)
	@tools/clean
