# Every task of this repository. `make help` lists them.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.PHONY: help setup build devnet devnet-cluster fmt fmt-check lint docs genesis genesis-check contracts contracts-check \
	fixtures arrows test fuzz clients conformance simulate soak torture load-build load load-blocks flood siege bench audit pre-pr

TOOLS := $(or $(HANZO_TOOLS),$(HOME)/.cache/hanzo-l2/tools)
BUILD := $(or $(CARGO_TARGET_DIR),target)
# Arguments of the node that `make devnet` starts, such as ARGS="--dev.block-time 2".
ARGS ?=
# Files or directories with public Ethereum fixtures for `make conformance`.
DIR ?=

help: ## Lists the tasks.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: ## Installs what the build needs and the machine lacks (libclang).
	@.ci/install build

build: setup ## Builds the node: target/release/hanzo.
	cargo build --release --locked --bin hanzo

devnet: build ## Builds and starts a dev chain on 127.0.0.1:8545. ARGS="…" goes to the node.
	@exec $(BUILD)/release/hanzo node --dev $(ARGS)

devnet-cluster: setup ## Builds and starts three nodes of the cluster devnet and two miners. ARGS=FOLDER keeps the chain.
	cargo build --release --locked -p hanzo -p hanzo-miner-cli
	docker/devnet-cluster $(ARGS)

fmt: ## Formats the sources.
	cargo fmt --all

fmt-check:
	cargo fmt --all --check

lint: setup ## Clippy on everything; a warning is an error.
	cargo clippy --workspace --all-targets --locked -- -D warnings

docs: setup ## Builds the documentation; a warning is an error.
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked

genesis: ## Writes genesis/*.json.
	cargo xtask genesis

genesis-check: ## Fails if genesis/*.json is not what the generator writes.
	cargo xtask genesis --check

contracts: ## Writes contracts/artifacts/*.json from contracts/src.
	@.ci/install contracts
	@cd contracts && node artifacts.mjs build

contracts-check: ## Fails if an artifact is not what contracts/src compiles to, or a page not what its example is.
	@.ci/install contracts
	cd contracts && node --test
	cd contracts && node artifacts.mjs check

fixtures: ## Writes the own fixtures in tests/conformance/fixtures.
	cargo run --locked -p hanzo-conformance --bin generate

arrows: ## Fails if a crate depends on one it must not know, or a source file belongs to no module.
	cargo xtask arrows

test: setup ## Runs every test, the end-to-end tests of the real binary included.
	@if cargo nextest --version >/dev/null 2>&1; then \
		cargo nextest run --workspace --locked --no-fail-fast --status-level slow; \
	else \
		cargo test --workspace --locked --no-fail-fast --quiet; \
	fi

fuzz: ## Runs libFuzzer on every decoder for SECONDS (60) each, or on TARGET=name alone; tests/fuzz lists them.
	@.ci/install fuzz
	@PATH="$(TOOLS)/bin:$$PATH" tests/fuzz/run $(or $(SECONDS),60) $(TARGET)

clients: setup ## Runs viem, ethers, web3.py and the contracts against the real binary.
	@.ci/install clients
	cargo build --workspace --bins --tests --locked
	cd tests/clients && HANZO_BIN="$(abspath $(BUILD))/debug/hanzo" HANZO_PYTHON=.venv/bin/python node run.mjs

conformance: setup ## Runs the own Ethereum fixtures, and public ones: DIR="…" ARGS="--fork London".
	@# Everything at once: alone, its dependencies have other features, and RocksDB is compiled once more.
	cargo build --workspace --bins --tests --locked
	$(BUILD)/debug/hanzo-conformance tests/conformance/fixtures $(DIR) $(ARGS)

soak: build ## Sends 100 000 transactions to a release build and watches its memory.
	cargo test --release --locked --workspace --test it -- --ignored --nocapture soak::

simulate: setup ## Runs SEEDS (500) simulated networks from seed FIRST (0) on.
	cargo run --release --locked -p hanzo-simulator -- --seeds $(or $(SEEDS),500) --first $(or $(FIRST),0)

torture: build ## A million curve results; 5 minutes (ten million calls) of any bytes at the precompiles; 10 000 simulated networks; 200 crashes of a release build (SIGKILL, failing writes, a full disk).
	@# All packages at once: alone, the dependencies of some have other features, and RocksDB is compiled once more.
	HANZO_CURVE_CASES=1000000 cargo test --release --locked --workspace --test it --quiet rounding::
	HANZO_FUZZ_CASES=10000000 cargo test --release --locked --workspace --test it --quiet raw_input::
	$(MAKE) --no-print-directory simulate SEEDS=10000
	cargo test --release --locked --workspace --test it -- --ignored --nocapture crash_loop::

load-build: setup
	cargo build --release --locked -p hanzo -p hanzo-load

load: load-build ## Measures 100 000 transfers on a release build. ARGS="…" goes to hanzo-load.
	tests/load/run 1000000000 $(ARGS)

load-blocks: load-build ## Measures full blocks of 30 Mgas, alone and beside eth_call.
	tests/load/run 30000000 --scenario full-blocks $(ARGS)

flood: load-build ## Floods a release build for MINUTES (10) and watches its memory.
	tests/load/run 30000000 --scenario flood --minutes $(or $(MINUTES),10) $(ARGS)

siege: ## Attacks a release build in every way a peer can for MINUTES (10), and watches its memory and its honest peers.
	HANZO_BENCH_MINUTES=$(or $(MINUTES),10) $(MAKE) --no-print-directory bench BENCH=siege

bench: setup ## Runs the benchmarks. BENCH=poc runs one of: poc, keccak, curve, curve_implementations, root, block, pool, segment, open, and, which are run by name alone because they take minutes, net, cluster, heal, sync and siege.
	$(if $(filter net cluster heal sync siege,$(BENCH)),cargo build --release --locked -p hanzo -p hanzo-miner-cli)
	cargo bench --workspace --locked $(if $(BENCH),--bench $(BENCH),--bench poc --bench keccak --bench curve --bench curve_implementations --bench root --bench block --bench pool --bench segment --bench open)

audit: ## Checks licences, sources and spelling.
	@.ci/install audit
	$(TOOLS)/bin/cargo-deny --locked --workspace check --hide-inclusion-graph bans licenses sources
	$(TOOLS)/typos/bin/typos

pre-pr: ## Everything that continuous integration runs.
	.ci/run
