# `make` lists what there is. Each target installs what it needs from Debian (scripts/install), as root or by sudo.
SHELL := /bin/bash

.PHONY: help build release lint test demo demo-stop bench clean

help: ## list these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

build: ## build imagesmith for development
	@scripts/install build
	swift build

release: ## build .build/release/imagesmith, which needs no Swift where it runs
	@scripts/install build
	@scripts/release-binary

lint: ## check the format of the Swift code, the scripts and the pipeline
	scripts/lint

test: ## run every test, with a real registry, real builds and a real browser
	@scripts/install test
	swift test
	scripts/end-to-end

demo: ## users.yaml to running notebooks on this machine; on a terminal it stays until Ctrl-C
	@scripts/demo

demo-stop: ## end what the demo started, and remove its files
	@scripts/demo --stop

bench: ## measure the builds; docs/performance.md has the figures
	@scripts/install test
	Benchmarks/run

clean: ## remove what was built; images, the demo's and the tests' files included
	@scripts/demo --stop
	rm -rf .build .imagesmith
