# Everything a developer types. `make help` lists it; the work is done by small programs in development/.

.DEFAULT_GOAL := help
.PHONY: help run test conformance bench lint format types imports i18n strings lock migration

PYTHON_IN = .venv/bin/python
INPUTS = pyproject.toml development/prepare.sh

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "make %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: .venv/ready-to-run ## Start the product with its demo world (FRESH=1 starts over, BASE_PORT=9080 moves it, TLS=1)
	@exec $(PYTHON_IN) -m development.run

test: .venv/ready-to-test ## Run every check and every test, on both databases
	@exec $(PYTHON_IN) -m development.tests

conformance: .venv/ready-to-test ## Run the OpenID Foundation's suite of IMMO_CONFORMANCE_SUITE against us (docs/conformance.md)
	@$(PYTHON_IN) -m tests.conformance.run $(ROWS)

bench: .venv/ready-to-test ## Measure the product against its budgets
	@exec $(PYTHON_IN) -m development.bench

lint: .venv/ready-to-test ## Check style and formatting
	@$(PYTHON_IN) -m development.checks lint

format: .venv/ready-to-test ## Write the code in the one format
	@$(PYTHON_IN) -m ruff format . && $(PYTHON_IN) -m ruff check --fix .

types: .venv/ready-to-test ## Check types
	@$(PYTHON_IN) -m development.checks types

imports: .venv/ready-to-test ## Check who may import whom
	@$(PYTHON_IN) -m development.checks imports

i18n: .venv/ready-to-test ## Check that Dutch and French are complete
	@$(PYTHON_IN) -m development.checks i18n

strings: .venv/ready-to-test ## Bring the catalogues to the strings of the code, new ones untranslated
	@$(PYTHON_IN) -m development.catalogues update

migration: .venv/ready-to-test ## Draft a migration: make migration WHAT="add a column"
	@$(PYTHON_IN) -m development.migration "$(WHAT)"

lock: ## Lock the dependencies anew (needs uv)
	@sh development/lock.sh

.venv/ready-to-run: requirements/run.txt $(INPUTS)
	@sh development/prepare.sh run

.venv/ready-to-test: requirements/test.txt $(INPUTS)
	@sh development/prepare.sh test
