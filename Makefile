# The verbs of this project; `make` alone lists them. Every verb installs what it needs, once, and says nothing of it
# unless that fails. A system package is installed where that needs no password; elsewhere its name is printed.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
.PHONY: help setup run test prove prove-coverage prove-days prove-oracle prove-desks prove-mutants check bench
.PHONY: emulator firmware i18n pictures vectors asyncapi docs constraints clean mosquitto
MAKEFLAGS += --no-print-directory

PYTHON ?= python3
ARGS ?=
LUOT_EXAMPLES ?= 20000
LUOT_ORACLE_SCALE ?= 8
LUOT_ROUNDS ?= 1000
BIN := .venv/bin
ALL_CORES = $(BIN)/python -m pytest --numprocesses auto --dist worksteal
READY := .venv/ready
STUBS := build/stubs/ready
STUB_VERSION := 1.29.0.post1
STDLIB_STUBS := micropython-stdlib-stubs==1.29.0.post2
ARM_COMPILER := gcc-arm-none-eabi libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib

# $(call quietly,COMMAND): run it, and show what it printed only when it fails.
quietly = mkdir -p build && if ! { $(1); } >build/make.log 2>&1 </dev/null; then cat build/make.log >&2; exit 1; fi

# $(call package,NAME): install a system package, or stop and name it. Old package lists are the usual reason to fail.
package = if ! command -v apt-get >/dev/null; then echo "Please install: $(1)" >&2; exit 1; fi; \
	if [ "$$(id -u)" = 0 ]; then as_root="env"; elif sudo -n true 2>/dev/null; then as_root="sudo -n env"; \
	else echo "Please run: sudo apt-get install $(1)" >&2; exit 1; fi; \
	echo "Installing $(1)"; as_root="$$as_root DEBIAN_FRONTEND=noninteractive apt-get -q -y"; \
	$(call quietly,$$as_root install $(1) || { $$as_root update && $$as_root install $(1); })

help: ## List the verbs
	@sed -n 's/^\([a-z0-9-]*\):.*## \(.*\)/\1|\2/p' Makefile | while IFS='|' read -r verb says; do \
		printf '  make %-14s %s\n' "$$verb" "$$says"; done

setup: $(READY) ## Prepare .venv with everything for running and testing
	@echo "Ready: make run, or $(BIN)/luot --help"

run: $(READY) ## Start an office with a living hall: make run ARGS='--speed 10'
	@$(BIN)/luot office --demo $(ARGS) || [ $$? -eq 130 ]

test: $(READY) mosquitto check firmware ## Run every check and every test, on real brokers and a real MicroPython
	@$(ALL_CORES) -m "not alone"
	@$(BIN)/python -m pytest -m alone

check: $(READY) $(STUBS) ## Check format, style, types and import contracts
	@echo "check: ruff"
	@$(BIN)/ruff format --quiet --check . || { echo "Run: $(BIN)/ruff format" >&2; exit 1; }
	@$(BIN)/ruff check --quiet .
	@echo "check: mypy"
	@$(call quietly,$(BIN)/mypy)
	@echo "check: basedpyright, with the devices' stubs"
	@$(call quietly,$(BIN)/basedpyright --project firmware && $(BIN)/basedpyright --project firmware/pyrightconfig.esp32.json)
	@echo "check: import contracts"
	@$(call quietly,$(BIN)/lint-imports --no-logo)

prove: prove-coverage prove-days prove-oracle prove-desks prove-mutants ## Prove the order at length, in under an hour: these five
	@echo "prove: all of it holds"

prove-coverage: $(READY) ## See that every branch of the engine is run
	@echo "prove: every branch of the engine is run, about 2 minutes"
	@LUOT_EXAMPLES=400 $(BIN)/python -m coverage run --branch --data-file=build/coverage --source=controller/luot_controller/engine \
		-m pytest -q tests/controller/engine tests/controller/publish \
		--deselect tests/controller/engine/test_oracle.py
	@$(BIN)/python -m coverage report --data-file=build/coverage --show-missing --skip-covered --fail-under=100

prove-days: $(READY) ## Play 20,000 days beside a naive list, and the promises
	@echo "prove: LUOT_EXAMPLES=$(LUOT_EXAMPLES) days of fifty steps beside a naive list, and the promises, about 10 minutes"
	@LUOT_EXAMPLES=$(LUOT_EXAMPLES) $(ALL_CORES) -q --timeout 3600 \
		$(addprefix tests/controller/engine/,test_line_machine.py test_fairness.py test_order.py)

prove-oracle: $(READY) ## Hold waits against queueing theory
	@echo "prove: waits are those of queueing theory, LUOT_ORACLE_SCALE=$(LUOT_ORACLE_SCALE) times as long, about 8 minutes"
	@LUOT_ORACLE_SCALE=$(LUOT_ORACLE_SCALE) $(ALL_CORES) -q -rP --timeout 3600 tests/controller/engine/test_oracle.py

prove-desks: $(READY) mosquitto ## See that fifty desks at once call nobody twice
	@echo "prove: fifty desks press next at once, LUOT_ROUNDS=$(LUOT_ROUNDS) times, about 5 minutes"
	@LUOT_ROUNDS=$(LUOT_ROUNDS) $(BIN)/python -m pytest -q -s --timeout 3600 tests/e2e/test_fifty_desks.py

prove-mutants: $(READY) ## See that a changed order, or a changed transition, is noticed
	@echo "prove: a changed order, or a changed transition, is noticed, about 8 minutes"
	@$(BIN)/python -m luot_tools.mutants

bench: $(READY) mosquitto ## Measure an office and a reader on this machine: make bench ARGS='--quick'
	@$(BIN)/luot bench $(ARGS)

emulator: $(READY) mosquitto ## Run the firmware on an emulated RP2040, under a MicroPython built from Debian's sources
	@command -v npm >/dev/null || { $(call package,npm); }
	@command -v cc >/dev/null || { $(call package,build-essential); }
	@command -v cmake >/dev/null || { $(call package,cmake); }
	@command -v arm-none-eabi-g++ >/dev/null || { $(call package,$(ARM_COMPILER)); }
	@echo "Preparing build/emulator: minutes, the first time"
	@$(call quietly,sh tests/emulator/prepare.sh build/emulator $(BIN)/python)
	@$(BIN)/python -m pytest -q tests/emulator/bare_metal.py

firmware: $(READY) ## Compile what a reader carries into build/firmware
	@$(BIN)/python -m luot_tools.firmware build/firmware

i18n: $(READY) ## Bring the catalogues of texts up to date with the code
	@$(BIN)/python -m luot_tools.catalogue

pictures: $(READY) ## Draw the pictures of the documentation again
	@env -u NO_COLOR $(BIN)/python -m luot_tools.pictures

vectors: $(READY) ## Write protocol/vectors.json again
	@$(BIN)/python -m luot_tools.vectors

asyncapi: $(READY) ## Write protocol/asyncapi.yaml again
	@$(BIN)/python -m luot_tools.asyncapi

docs: $(READY) ## Write the pages of docs/ that are made of the code again
	@$(BIN)/python -m luot_controller.reference.states
	@$(BIN)/python -m luot_controller.reference.site

constraints: ## Pin the newest packages that pyproject.toml allows, in constraints.txt
	@rm -rf build/pins && $(PYTHON) -m venv build/pins
	@$(call quietly,build/pins/bin/python -m pip install --editable '.[broker$(comma)device$(comma)dev]')
	@{ sed '/^#/!d' constraints.txt; build/pins/bin/python -m pip freeze --exclude-editable | LC_ALL=C sort -f; } >build/constraints.txt
	@mv build/constraints.txt constraints.txt
	@rm -rf build/pins

clean: ## Remove everything that was made here; never an office's data
	@rm -rf .venv build dist .*_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

comma := ,

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { $(call package,python3-venv); }
	@echo "Preparing .venv"
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv
	@$(call quietly,$(BIN)/python -m pip install --editable '.[broker$(comma)device$(comma)dev]' --constraint constraints.txt)
	@touch $@

$(STUBS): $(READY) Makefile
	@rm -rf build/stubs
	@$(call quietly,for board in rp2 esp32-esp32-generic-s3; do \
		$(BIN)/python -m pip install --no-deps --target build/stubs/$${board%%-*} \
		micropython-$$board-stubs==$(STUB_VERSION) $(STDLIB_STUBS) || exit 1; done)
	@touch $@

mosquitto:
	@PATH="$$PATH:/usr/sbin:/usr/local/sbin:/opt/homebrew/sbin"; command -v mosquitto >/dev/null || { $(call package,mosquitto); }
