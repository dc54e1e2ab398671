# make demo    installs what is missing, builds, and shows a PrivateLink that carries packets; leaves the cloud running
# make test    everything that CI runs
# make campaign  compares explanations with packets in random worlds, for SECONDS (600) or in the world of a SEED
# make bench   measures; prints a table and writes target/bench/results.json
#
# Every target may be run again. What needs root asks sudo for it when you are not root.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.NOTPARALLEL:
.PHONY: demo demo-down test test-ansible test-terraform laws lint tests models-check walk-through format campaign bench fuzz

export PATH := $(CURDIR)/target/tools/bin:$(PATH):/usr/sbin:/sbin

# Tests make namespaces and rules: they run as root, and what is built stays yours.
ifneq ($(shell id -u),0)
host := $(shell rustc -vV | sed -n 's/^host: //p' | tr 'a-z-' 'A-Z_')
export CARGO_TARGET_$(host)_RUNNER := sudo --preserve-env env PATH=$(PATH)
endif

demo:
	scripts/install
	cargo build --release --bin underpass
	scripts/demo target/release/underpass

# Stops the cloud that `make demo` left running, and forgets it.
demo-down:
	scripts/demo --down target/release/underpass

# The order is from quick to slow, so that a mistake is told early; clippy and the tests share one profile.
test:
	scripts/install --test
	$(MAKE) --no-print-directory laws lint tests models-check walk-through format

# Ansible's own way through examples/ansible and through every module for what is here: made, played again without a change,
# read, taken away. It takes minutes, because Ansible polls for seconds: not part of `make test`.
test-ansible:
	scripts/install --ansible
	scripts/ansible

# Terraform's own way through examples/terraform: apply, a second plan that is empty, destroy. Not part of `make test`.
test-terraform:
	scripts/terraform

# The forbidden edges, the house numbers, and whether the papers are true.
laws:
	cargo test --quiet --workspace --test house

lint:
	cargo clippy --quiet --workspace --all-targets -- --deny warnings

tests:
	cargo test --workspace --no-fail-fast

# The models are what scripts/models.py makes of the pinned botocore and of patches.json.
models-check:
	target/tools/bin/python scripts/models.py --check

# The walk-through of `make demo` against the binary of the tests, on a cloud that is gone afterwards.
walk-through:
	cargo build --quiet --workspace --bins
	scripts/demo --check target/debug/underpass

format:
	cargo fmt --all --check

# Prints the seed of every world in which a verdict and a packet disagree.
campaign:
	EXPLAINED_SECONDS=$(or $(SECONDS),600) EXPLAINED_SEED=$(SEED) \
	  cargo test --package reconcile --test explained -- --nocapture

bench:
	scripts/install --bench
	scripts/bench

# One minute (SECONDS_EACH) for each parser; needs `cargo install cargo-fuzz`, whose compiler flags stable takes when told to.
fuzz:
	for target in fuzz/fuzz_targets/*.rs; do \
	  RUSTC_BOOTSTRAP=1 cargo fuzz run "$$(basename "$$target" .rs)" -- -max_total_time=$${SECONDS_EACH:-60} || exit 1; \
	done
