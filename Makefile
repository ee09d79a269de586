# Everything that developers and CI run. `make help` lists it.
#
# Needs Rust and Python 3.11 or newer. Python tools are installed into `.venv` by themselves.
# Works with the GNU make 3.81 of macOS: no .ONESHELL, no .SHELLFLAGS.

SHELL := bash
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# One thing after the other, so that `make -j lint test` is still readable.
.NOTPARALLEL:

PYTHON ?= python3
FUZZ_TIME ?= 60

VENV := .venv
BIN := $(VENV)/bin
REQUIREMENTS := gate-py/requirements-dev.txt
INSTALLED := $(VENV)/.installed
# In CI the lock file is the truth; at a desk it may be brought up to date.
LOCKED := $(if $(CI),--locked)
# The wheel is tested as Python sees it; everything else of the workspace by `cargo test`.
RUST := --workspace --exclude gate-py
VECTORS := $(sort $(wildcard tests/vectors/*.gz))

heading = @printf '\n== %s ==\n' '$(1)'

.PHONY: help
help: ## List the targets
	@echo 'usage: make TARGET [PYTHON=python3] [FUZZ_TIME=60]'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' Makefile

# ---- tests ----

.PHONY: test
test: test-rust conformance test-python ## Run every test

.PHONY: test-rust
test-rust: ## Run the Rust tests, doctests included
	$(call heading,Rust tests)
	cargo test $(LOCKED) $(RUST) --no-fail-fast

.PHONY: conformance
conformance: ## Replay the recorded vectors of the upstream systems
	$(call heading,conformance)
	cargo run $(LOCKED) --quiet --release -p gate-tests --bin conformance -- $(VECTORS)

.PHONY: test-python
test-python: develop ## Run the Python tests and check the types and stubs of the wheel
	$(call heading,Python tests)
	cd gate-py && ../$(BIN)/python -m pytest
	cd gate-py && ../$(BIN)/python -m doctest README.md
	$(call heading,Python types)
	cd gate-py && ../$(BIN)/python -m mypy
	cd gate-py && ../$(BIN)/python -m mypy.stubtest tsfm_gate

# ---- lints ----

.PHONY: lint
lint: lint-rust lint-python deny ## Check formatting, lints and documentation; change nothing

.PHONY: lint-rust
lint-rust: rust-components ## Run rustfmt, clippy and rustdoc with warnings as errors
	$(call heading,rustfmt)
	cargo fmt --all -- --check
	$(call heading,clippy)
	cargo clippy $(LOCKED) --workspace --all-targets -- -D warnings
	$(call heading,rustdoc)
	@# Twice: what is published must not link to what is private, and what is private must not link to nothing.
	RUSTDOCFLAGS='-D warnings' cargo doc $(LOCKED) --quiet --no-deps -p gate-core -p gate-cli
	RUSTDOCFLAGS='-D warnings -A rustdoc::private_intra_doc_links' \
	  cargo doc $(LOCKED) --quiet --no-deps --workspace --document-private-items

.PHONY: lint-python
lint-python: $(INSTALLED) ## Run ruff
	$(call heading,ruff)
	@if test -x $(BIN)/ruff; then \
	  cd gate-py && ../$(BIN)/ruff check . && ../$(BIN)/ruff format --check .; \
	else \
	  echo 'skipped: ruff is not installed'; \
	fi

.PHONY: deny
deny: ## Check licences, sources and duplicates of the dependencies, if cargo-deny is installed
	$(call heading,cargo-deny)
	@if cargo deny --version >/dev/null 2>&1; then \
	  cargo deny --workspace check --hide-inclusion-graph bans licenses sources; \
	else \
	  echo 'skipped: cargo-deny is not installed'; \
	fi

# ---- everything else ----

# The binary of a release is static, so the one that is timed is, too, where the platform can.
STATIC := $(if $(filter x86_64-unknown-linux-gnu,$(shell rustc -vV | sed -n 's/host: //p')),1)

.PHONY: bench
bench: $(INSTALLED) ## Run the benchmarks: Rust, then the wheel and the command line beside Python
	$(call heading,benchmarks in Rust)
	cargo bench $(LOCKED) -p gate-benches
	$(call heading,benchmarks in Python)
	cd gate-py && env -u CONDA_PREFIX VIRTUAL_ENV='$(CURDIR)/$(VENV)' ../$(BIN)/maturin develop --release $(LOCKED)
	cargo build $(LOCKED) --quiet --release -p gate-cli
ifeq ($(STATIC),1)
	RUSTFLAGS='-C target-feature=+crt-static' CARGO_TARGET_DIR=target/static \
	  cargo build $(LOCKED) --quiet --release -p gate-cli --target x86_64-unknown-linux-gnu
	$(BIN)/python benches/python/bench.py --cli target/release/tsfm-gate \
	  --static target/static/x86_64-unknown-linux-gnu/release/tsfm-gate
else
	$(BIN)/python benches/python/bench.py --cli target/release/tsfm-gate
endif
	$(BIN)/python benches/python/covariates.py
	$(BIN)/python benches/python/breakers.py
	$(BIN)/python benches/python/run_check.py --cli target/release/tsfm-gate
	$(BIN)/python benches/python/cutover.py
	$(BIN)/python benches/python/release.py

.PHONY: fuzz
fuzz: ## Run every fuzz target for FUZZ_TIME seconds (needs nightly and cargo-fuzz)
	@cargo +nightly --version >/dev/null 2>&1 || \
	  { echo 'fuzz: nightly Rust is missing: rustup toolchain install nightly' >&2; exit 1; }
	@cargo +nightly fuzz --version >/dev/null 2>&1 || \
	  { echo 'fuzz: cargo-fuzz is missing: cargo install cargo-fuzz --locked' >&2; exit 1; }
	@targets=$$(cargo +nightly fuzz list) && for target in $$targets; do \
	  printf '\n== fuzz %s ==\n' "$$target"; \
	  cargo +nightly fuzz run "$$target" -- -max_total_time=$(FUZZ_TIME) || exit 1; \
	done

.PHONY: wheel
wheel: $(INSTALLED) ## Build the wheel for this machine into dist/
	$(call heading,wheel)
	cd gate-py && ../$(BIN)/maturin build --release $(LOCKED) --out ../dist

.PHONY: docs
docs: ## Build the documentation of the Rust crates into target/doc
	$(call heading,documentation)
	cargo doc $(LOCKED) $(RUST) --no-deps

.PHONY: clean
clean: ## Remove everything that can be made again
	rm -rf target fuzz/target dist $(VENV)
	find gate-py -name __pycache__ -prune -exec rm -rf {} +
	find gate-py -name '*.so' -delete

# ---- what the targets need ----

# Python finds the module in the venv. The dev profile shares its build with the Rust tests.
.PHONY: develop
develop: $(INSTALLED) ## Build the native module into .venv, for Python to import
	$(call heading,wheel (development build))
	cd gate-py && env -u CONDA_PREFIX VIRTUAL_ENV='$(CURDIR)/$(VENV)' ../$(BIN)/maturin develop $(LOCKED)

$(INSTALLED): $(REQUIREMENTS)
	$(call heading,Python tools)
	@$(PYTHON) --version >/dev/null 2>&1 || \
	  { echo 'Python 3.11 or newer is needed; there is no `$(PYTHON)`. Say which one to use: make PYTHON=python3.12' >&2; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Python 3.11 or newer is needed; $(PYTHON) is $$($(PYTHON) --version 2>&1). Say which one to use: make PYTHON=python3.12" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --requirement $(REQUIREMENTS)
	@touch $@

.PHONY: rust-components
rust-components:
	@cargo fmt --version >/dev/null 2>&1 && cargo clippy --version >/dev/null 2>&1 || \
	  { echo 'rustfmt or clippy is missing: rustup component add rustfmt clippy' >&2; exit 1; }
