# The project's commands. On a Debian machine with a Rust toolchain each target first installs what it lacks.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

UI := web-admin/ui
UI_SOURCES := $(shell find $(UI) -type f -not -path '*/node_modules/*' -not -path '*/dist/*' 2>/dev/null)
# Where cargo puts things; CARGO_TARGET_DIR is honoured.
TARGET := $(or $(CARGO_TARGET_DIR),target)
# What `make demo` passes on, e.g. make demo ARGS='--at 2026-11-24T08:09:30Z'
ARGS ?=

.PHONY: help voices demo test lint bench signal feeds mutants kills faults soak he-aac setup setup-test ui fmt

help: ## This list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

setup: ## Install the packages needed to build and run
	@bash setup/packages.sh build

setup-test: ## Install the packages needed by the tests as well
	@bash setup/packages.sh test

ui: setup $(if $(wildcard $(UI)/package.json),$(UI)/node_modules/.built) ## Build the front end

# The stamp lies beside the packages, so that removing either rebuilds both.
$(UI)/node_modules/.built: $(UI_SOURCES)
	cd $(UI) && npm ci --no-audit --no-fund && npm run --silent build
	touch $@

demo: ui ## A whole station with seven sites, sound included
	cargo build --locked --release -p mikado
	exec $(TARGET)/release/mikado demo $(ARGS)

test: setup-test ui ## All tests
	bash .ci/tests

lint: setup-test ui ## Formatting, clippy and the front end's own checks
	cargo fmt --all --check
	cargo clippy --locked --workspace --all-targets -- -D warnings

voices: ## Speak demo/voices/texts.tsv anew (espeak-ng, sox, opusenc)
	bash demo/voices/make.sh

fmt: ## Format the code
	cargo fmt --all

kills: setup-test ui ## 200 times kill -9 in the middle of upload, ingest and approval (about ten minutes)
	cargo build --locked -p mikado
	MIKADO_KILLS=200 cargo test --locked --workspace --test uploads -- --nocapture --exact \
	  killed::a_kill_at_any_moment_loses_nothing_that_was_acknowledged

faults: setup-test ui ## The tests of faults at full length (an hour of hard starts and what else `make test` has no time for)
	cargo build --locked -p mikado
	MIKADO_STARTS=200 cargo test --locked --workspace --test faults -- --nocapture
	cargo test --locked --workspace --test supervisor

soak: setup-test ui ## A station with a random fault each minute (ARGS='MINUTES SEED', an hour by default; as root also full disks)
	cargo build --locked --release -p mikado
	MIKADO_BINARY=$(abspath $(TARGET))/release/mikado cargo run --locked -q -p tests --example soak -- $(ARGS)

bench: ui ## Cost on this machine, beside other tools' cost for the same work
	bash setup/packages.sh bench
	cargo build --locked --release -p mikado
	bash setup/bench.sh $(TARGET)/release/mikado
	cargo run --locked -q --release -p scheduler --example cost
	cargo run --locked -q --release -p mikado --example past_cost
	cargo run --locked -q --release -p scheduler --example breaks
	cargo run --locked -q --release -p hardware --example signal_cost
	/usr/bin/python3 setup/signal/gr_cost.py 2>/dev/null | grep '^GNU Radio' # it also tells each group that it prepares

he-aac: setup-test ## The tests of the optional HE-AAC decoder (its licence is not free in Debian's sense: see design/0012)
	cargo test --locked -p media --features he-aac --lib decode::against_ffmpeg_he

signal: ui ## The multiplex and RDS of all sites judged by numpy, GNU Radio with gr-rds and redsea (where it is installed)
	bash setup/packages.sh signal
	cargo build --locked -p mikado
	bash setup/signal.sh $(TARGET)/debug/mikado

feeds: ## The public feeds held against the DTD of XMLTV (and a schema of TS 102 818: SPI_XSD=FILE)
	bash setup/feeds.sh

mutants: setup-test ## A million damaged files through the decoder process (ARGS='--count 1000 --first 7')
	cargo build --locked --release -p media --example decoder --example mutate
	$(TARGET)/release/examples/mutate $(or $(ARGS),--count 1000000)
