# `make help` lists the targets. Needs Python 3.13 (PYTHON=…) and make; everything else is installed below .venvs/.

PYTHON ?= python3.13
PORT ?= 8080
PARAMS ?=
EMAIL ?=
EVENT ?=
EVIDENCE ?=
ACCOUNTS ?=
SINCE ?=
APPLY ?=
KEEP ?=
ENV ?=
KEY ?=
RUNS ?= 200
LINES ?= 100000
ONLY ?=

VENVS := .venvs
DEV := $(VENVS)/dev/bin
TESTED := layers functions tests tools
MYPY_PATHS := layers/portal/portal layers/portal/build_layer.py tests tools $(wildcard functions/*/app.py)

export PIP_DISABLE_PIP_VERSION_CHECK := 1
export SAM_CLI_TELEMETRY := 0
export PARAMS EMAIL EVENT EVIDENCE ACCOUNTS SINCE

.DEFAULT_GOAL := help
.PHONY: help setup run deploy ops proof closings restore-drill keys rotate-keys retire-keys revoke-keys test lint types template unit integration e2e browser browser-ready deployed expiry siege faults timing load bench capacity capacity-tables queue-simulation openapi feed-schema feed-bench demo privacy clean distclean lock audit sbom

help: ## List the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 16

setup: ## Install everything that run and test need (they do it themselves)
	@$(MAKE) -s --no-print-directory -j3 $(VENVS)/dev/.ready $(VENVS)/sam/.ready $(VENVS)/emulator/.ready

$(VENVS)/%/.ready: requirements/%.txt
	@echo "Installing the environment '$*' …"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 13))' \
	  || { echo "Error: Python 3.13 is needed; say which one with PYTHON=/path/to/python3.13" >&2; exit 1; }
	@rm -rf $(VENVS)/$*
	@$(PYTHON) -m venv $(VENVS)/$*
	@$(VENVS)/$*/bin/python -m pip install -qq --require-hashes -r requirements/$*.txt
	@touch $@

run: setup ## Run the portal and its mailbox on http://localhost:8080 (PORT=, PARAMS="Name=value …"); Ctrl-C ends it
	@exec $(DEV)/python -m tools.local run --port $(PORT) --param "$$PARAMS"

deploy: setup ## Build and deploy an environment of samconfig.toml (ENV=prod or dev; docs/operations.md)
	@$(DEV)/python -m tools.release "$(ENV)"

proof: setup ## Write the proof of a person's consents from the running portal to .local/run/proof-1.html (EMAIL=…)
	@$(DEV)/python -m tools.local.proof "$$EMAIL"

closings: setup ## Carry out closings again on a recovered table Accounts (EVIDENCE= ACCOUNTS= SINCE=, APPLY=yes deletes)
	@PYTHONPATH=layers/portal $(DEV)/python -m tools.closings "$$EVIDENCE" "$$ACCOUNTS" "$$SINCE" $(if $(filter yes,$(APPLY)),--apply)

restore-drill: setup ## Recover Accounts beside the table in use, compare, delete it again (ENV=dev, prod or local; KEEP=yes)
	@PYTHONPATH=layers/portal $(DEV)/python -m tools.restore_drill "$(ENV)" $(if $(filter yes,$(KEEP)),--keep)

ops: setup ## Call the operators' function of the running portal (EVENT='{"action": …}', see docs/operations.md)
	@$(DEV)/python -m tools.local.invoke OpsFunction "$$EVENT"

keys: setup ## Show the keys of links and access tokens (ENV=prod, dev or local; rotations: docs/operations.md, "Keys")
	@PYTHONPATH=layers/portal $(DEV)/python -m tools.keys status --env "$(ENV)"

rotate-keys: setup ## Make a new key sign; nobody is logged out (KEY=access-token or link, ENV=…)
	@PYTHONPATH=layers/portal $(DEV)/python -m tools.keys rotate --key "$(KEY)" --env "$(ENV)"

retire-keys: setup ## Give up the key of before, once nothing that it signed is valid any more (KEY=…, ENV=…)
	@PYTHONPATH=layers/portal $(DEV)/python -m tools.keys retire --key "$(KEY)" --env "$(ENV)"

revoke-keys: setup ## Emergency: a new key signs, and nothing of before is accepted (KEY=…, ENV=…)
	@PYTHONPATH=layers/portal $(DEV)/python -m tools.keys revoke --key "$(KEY)" --env "$(ENV)"

test: setup lint types template unit integration deployed ## Run every check and test

lint: setup ## Style and common mistakes
	$(DEV)/ruff check $(TESTED)
	$(DEV)/ruff format --check $(TESTED)

types: setup ## Types
	$(DEV)/mypy $(MYPY_PATHS)

template: setup ## template.yaml and samconfig.toml
	$(DEV)/cfn-lint template.yaml
	$(DEV)/pytest -q tests/template

unit: setup ## Rules and journeys without AWS
	$(DEV)/pytest -q -n auto tests/unit

integration: setup ## The functions against simulated AWS services
	$(DEV)/pytest -q -n auto tests/integration tests/faults

deployed: setup browser-ready ## Both suites against one freshly deployed local stack
	$(DEV)/pytest -q tests/e2e tests/browser

e2e: setup ## The freshly deployed local stack over HTTP
	$(DEV)/pytest -q tests/e2e

browser: setup browser-ready ## The freshly deployed local stack in Chromium
	$(DEV)/pytest -q tests/browser

expiry: setup ## Watch an unconfirmed registration end, with 60 seconds for 30 days (takes two minutes or so)
	$(DEV)/pytest -q -s tests/expiry

browser-ready: setup
	@$(DEV)/python -m tools.browser

siege: setup ## Attacker and owner at one address, for some minutes and other games each time (RUNS=200)
	SIEGE_RUNS=$(RUNS) $(DEV)/pytest -q tests/integration/test_siege.py

faults: setup ## Every flow, every AWS call in it, every way to fail (some ten to twenty minutes; ONLY=flow/call/fault plays one)
	FAULTS_ALL=1 FAULTS_ONLY="$(ONLY)" $(DEV)/pytest -q -n $(if $(ONLY),0,2) --dist worksteal --show-capture=no tests/faults

timing: setup ## Whether known and unknown addresses take the same time, on a freshly deployed local stack
	$(DEV)/pytest -q tests/timing

load: setup $(VENVS)/load/.ready ## Some thousand people at once on a stack of its own, while functions are killed; nothing may be lost
	$(DEV)/pytest -q -s tests/load

bench: setup ## How fast functions start and answer, on what `sam build` makes; writes docs/performance.md (a quarter of an hour)
	$(DEV)/pytest -q -s tests/bench

capacity: setup ## What requests and sweeps cost among a hundred and a million items, and looking at cases among many (a quarter of an hour)
	$(DEV)/pytest -q -s tests/capacity

capacity-tables: setup ## Write the tables of docs/capacity.md anew: limits, waits, costs
	PYTHONPATH=layers/portal $(DEV)/python -m tools.capacity

queue-simulation: setup ## How long mails wait: steady, after a letter to many, in an outage of SES (some seconds)
	@PYTHONPATH=layers/portal $(DEV)/python -m tools.capacity queue

openapi: setup ## Write openapi.json anew from the code
	PYTHONPATH=layers/portal $(DEV)/python -m tools.openapi

feed-schema: setup ## Write docs/feed.schema.json anew from the code
	PYTHONPATH=layers/portal $(DEV)/python -m tools.feed.schema

feed-bench: setup ## Take a made-up file of the feed in on this machine, and say what that costs (LINES=100000)
	@POWERTOOLS_SERVICE_NAME=ingest POWERTOOLS_METRICS_NAMESPACE=bench PYTHONPATH=layers/portal $(DEV)/python -m tools.feed.bench "$(LINES)"

demo: setup ## Fill the running portal with made-up clients and cases for a registered address (EMAIL=…)
	@PYTHONPATH=layers/portal $(DEV)/python -m tools.local.demo "$$EMAIL"

privacy: setup ## Write the tables of docs/privacy.md anew from docs/privacy.toml
	$(DEV)/python -m tools.privacy

audit: $(VENVS)/audit/.ready $(VENVS)/checkov/.ready ## Known weaknesses of what is pinned, and rules of the trade for the template (asks PyPI)
	$(VENVS)/checkov/bin/checkov --file template.yaml --config-file .checkov.yaml --compact --quiet --skip-download
	$(VENVS)/audit/bin/python -m tools.audit

sbom: $(VENVS)/audit/.ready ## Write docs/sbom.json anew from the pins of the layer
	$(VENVS)/audit/bin/python -W ignore -m cyclonedx_py requirements --short-PURLs --output-reproducible --of JSON --sv 1.6 -o - layers/portal/requirements.txt \
	  | $(VENVS)/audit/bin/python -m tools.sbom > docs/sbom.json.new && mv docs/sbom.json.new docs/sbom.json

clean: ## Forget the state of the local stack: accounts, mails, builds
	rm -rf .local .aws-sam

distclean: clean ## Remove the installed environments too
	rm -rf $(VENVS) .mypy_cache .ruff_cache .hypothesis

lock: setup ## Resolve the requirements anew (needs uv)
	uv pip compile --quiet --upgrade --generate-hashes --python-version 3.13 --no-emit-index-url requirements/layer.in -o layers/portal/requirements.txt
	for name in dev sam emulator load audit checkov; do \
	  uv pip compile --quiet --upgrade --generate-hashes --python-version 3.13 --no-emit-index-url requirements/$$name.in -o requirements/$$name.txt; \
	done
