# What a developer and CI run. `make help` lists the targets.
#
# One rule above all: every step below uses the same profile, features and flags. The AWS SDK takes about ten minutes to compile on two cores;
# a step with its own RUSTFLAGS or feature set would compile it once more. (clippy needs its own, lighter pass: metadata only.)

.NOTPARALLEL:
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

CARGO ?= cargo
TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
STRATA := $(TARGET)/debug/strata
PLATFORM := examples/ticketing/platform.yaml
APP := examples/ticketing/app.yaml
FILES := -f $(PLATFORM) -f $(APP)
EXAMPLES := examples/ticketing examples/telehealth examples/estate

.PHONY: help
help: ## lists the targets
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/\1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do printf '  make %-16s %s\n' "$$name" "$$text"; done

.PHONY: demo
demo: build ## starts the sandbox, brings up the example's dev environment, shows what it made
	@printf '\n== The sandbox: an AWS emulator on this machine ==\n'
	@$(STRATA) sandbox start
	@printf '\n== strata up --env dev ==\n'
	@$(STRATA) up --env dev --sandbox --yes $(FILES)
	@printf '\n== strata status --env dev ==\n'
	@$(STRATA) status --env dev --sandbox $(FILES)
	@printf '\nWhat now:\n'
	@printf '  %s plan --env prod %s\n' '$(STRATA)' '$(FILES)'
	@printf '  %s explain ADDRESS --env dev %s\n' '$(STRATA)' '$(FILES)'
	@printf '  %s down --env dev --sandbox %s\n' '$(STRATA)' '$(FILES)'
	@printf '  %s sandbox stop\n' '$(STRATA)'

.PHONY: build
build: preflight
	$(CARGO) build --locked --package strata-cli

.PHONY: test
test: lint test-rust test-python test-evidence test-end-to-end test-chaos test-scanners test-live test-sabotage test-agreement ## everything that CI runs
	@printf '\nmake test: all steps passed\n'

.PHONY: lint
lint: preflight ## format, clippy with warnings denied, licences and advisories
	$(CARGO) fmt --all --check
	$(CARGO) clippy --locked --workspace --all-targets -- -D warnings
	tests/tools/deny

.PHONY: fmt
fmt: ## formats the Rust code in place
	$(CARGO) fmt --all

.PHONY: test-rust
test-rust: preflight ## the Rust tests, unit and golden
	$(CARGO) test --locked --workspace
	STRATA_SEEDS=300 $(CARGO) test --locked --quiet --package strata-engine --features simulation --test simulation

.PHONY: test-python
test-python: preflight ## the tests of the test tools themselves
	python3 -m unittest discover -s tests/terraform-schema
	python3 -m unittest discover -s tests/standards
	"$$(tests/tools/environment moto)/bin/python" -m unittest discover -s tests/tools
	"$$(tests/tools/environment checkov)/bin/python" -m unittest discover -s tests/scanners -p test_run.py
	"$$(tests/tools/environment moto)/bin/python" -m unittest discover -s tests/scanners -p test_live.py

.PHONY: test-evidence
test-evidence: build ## the evidence of the example: OSCAL by trestle, every form, every kind of tampering
	STRATA_BINARY=$(STRATA) "$$(tests/tools/environment trestle)/bin/python" -m unittest discover -s tests/evidence -v

.PHONY: test-end-to-end
test-end-to-end: build ## up, drift, repair and down against the emulator, read back by boto3
	@ls tests/end_to_end/test_*.py >/dev/null
	STRATA_BINARY=$(STRATA) "$$(tests/tools/environment moto)/bin/python" -m unittest discover -s tests/end_to_end -v

.PHONY: test-scanners
test-scanners: build ## checkov, cfn-lint and the provider's schema on every export
	tests/scanners/run.py --binary $(STRATA) $(EXAMPLES)

.PHONY: test-live
test-live: build ## prowler on the ticketing example's staging environment, brought up on the emulator
	"$$(tests/tools/environment moto)/bin/python" tests/scanners/live.py --binary $(STRATA) ticketing/staging

.PHONY: scan
scan: build ## prowler on all examples; WRITE=1 writes down what passed and the table of docs/scanning.md
	"$$(tests/tools/environment moto)/bin/python" tests/scanners/live.py --binary $(STRATA) $(if $(WRITE),--write) $(SCAN)

.PHONY: test-chaos
test-chaos: build ## a few rounds of failing calls and killed processes on the emulator
	STRATA_BINARY=$(STRATA) "$$(tests/tools/environment moto)/bin/python" -m unittest discover -s tests/chaos -v

.PHONY: test-sabotage
test-sabotage: build ## over a hundred changes behind Strata's back: named by drift, by the live check and by prowler, repaired by up; WRITE=1 writes docs/sabotage.md and the part about prowler of docs/agreement.md
	$(if $(WRITE),STRATA_SABOTAGE_WRITE=1 )STRATA_BINARY=$(STRATA) "$$(tests/tools/environment moto)/bin/python" -m unittest discover -s tests/sabotage -v

.PHONY: test-agreement
test-agreement: preflight ## checkov on every break of a control, compared with our verdicts; WRITE=1 writes docs/agreement.md
	"$$(tests/tools/environment checkov)/bin/python" tests/agreement/agreement.py $(if $(WRITE),--write)

.PHONY: chaos
chaos: build ## many such rounds: make chaos ROUNDS=1000 [SEED=1]
	"$$(tests/tools/environment moto)/bin/python" tests/chaos/rounds.py --binary $(STRATA) --rounds $(or $(ROUNDS),100) $(if $(SEED),--seed $(SEED))

.PHONY: simulate
simulate: preflight ## random histories of the engine on the fake cloud: SEEDS=10000, or one: SEED=7
	STRATA_SEEDS=$(or $(SEEDS),1000) $(if $(SEED),STRATA_SEED=$(SEED)) \
	    $(CARGO) test --locked --quiet --package strata-engine --features simulation --profile simulation --test simulation

.PHONY: bench
bench: preflight ## measures check, plan and up, and the rules beside checkov; prints the ratios
	benches/run
	benches/policy

# The sizes are words of N: `make bench-scale N='1000 10000 100000'`. RUNS=5 prints the median of five runs, PHASES=1 also says where the time went.
N ?= 10000
RUNS ?= 1
.PHONY: bench-scale
bench-scale: preflight ## plans and applies N=10000 simulated resources; one JSON line a work
	@$(CARGO) build --release --locked --package strata-bench-scale
	@$(TARGET)/release/strata-bench-scale --runs $(RUNS) $(if $(PHASES),--phases) $(N)

.PHONY: preflight
preflight:
	@tests/tools/preflight
