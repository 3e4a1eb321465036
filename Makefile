# Every verb sets the machine up first (tools/setup); the first build takes minutes, later ones seconds.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

AUDIO ?= samples/welcome.wav
PORT ?= 8080
SEEDS ?= 2000
ONCE ?= 0
N ?= 100
TRAIN ?= 0
# Where the engine host finds its libraries. Beside an installed program they lie in ../lib/scriberr.
export SCRIBERR_NATIVE_DIR ?= $(CURDIR)/.native

# Our own targets take no warning (Package.swift reads SCRIBERR_STRICT); what a target imports, it must declare.
strict := SCRIBERR_STRICT=1 swift build --explicit-target-dependency-import-check error
swift_paths := $(wildcard Package.swift Sources Tests Benchmarks/Package.swift Benchmarks/Sources)

.PHONY: help setup build release run test bench-queue bench-postgres bench-engine bench-http check-openapi fixtures simulate chaos chaos-cluster test-page lint format clean \
	distclean

help: ## Show this list
	@echo "make VERB, where VERB is one of"
	@sed -nE 's/^([a-z-]+):.*## (.*)/  \1|\2/p' $(MAKEFILE_LIST) | column -t -s '|'
	@echo "Example: make run AUDIO=meeting.m4a PORT=9000    (ONCE=1 stops after the transcript)"

setup: ## Install what the machine lacks: Debian packages, the speech library
	@tools/setup

build: setup ## Build everything for debugging
	swift build

release: setup ## Build the two programs for use: scriberr and scriberr-engine
	@[[ -x .build/release/scriberr ]] || echo "Building in release mode; the first time takes about 7 to 10 minutes on 2 cores."
	swift build -c release --product scriberr
	swift build -c release --product scriberr-engine

run: ## Start the server and transcribe AUDIO (default: a sample of ours) through it
	@[[ -f "$(AUDIO)" && -r "$(AUDIO)" ]] || { echo "There is no readable file '$(AUDIO)'. Use: make run AUDIO=path/to/recording" >&2; exit 2; }
	@$(MAKE) --no-print-directory release
	@PORT="$(PORT)" ONCE="$(ONCE)" tools/run-demo "$(AUDIO)"

test: setup ## Build, lint and run every test
	$(strict) --build-tests
	@$(MAKE) --no-print-directory lint
	SCRIBERR_STRICT=1 tools/check-exports --skip-build
	tools/check-guests
	SCRIBERR_STRICT=1 tools/run-tests
	tools/test-page
	SEED=7 tools/check-openapi 120 --phases examples,coverage

check-openapi: setup build ## Let schemathesis look for faults in the API for N seconds
	tools/check-openapi $(N)

bench-queue: setup ## Measure the queue beside SQLite itself and other queues (10 minutes)
	@Benchmarks/run-queue

bench-engine: release ## Measure the engine host beside sherpa-onnx's own Python binding (12 minutes)
	@"$$(tools/venv bench-engine)" Benchmarks/run-engine

fixtures: ## Make Tests/Fixtures again; TRAIN=15 trains the models first, 15 minutes each
	@TRAIN="$(TRAIN)" tools/fixture-models/make

test-page: setup ## Drive the web page of the debug build in Chromium; pictures go to .build/page/
	tools/test-page

bench-http: setup ## Measure the HTTP side beside FastAPI and nginx (10 minutes; needs wrk and nginx)
	@Benchmarks/run-http

bench-postgres: setup ## Measure the queue on PostgreSQL beside procrastinate and pgqueuer (10 minutes)
	@Benchmarks/run-postgres

simulate: setup ## Live through SEEDS seeded worlds of the queue (default 2000); SIMULATION_SEED=7 tells one in full
	SIMULATION_SEEDS=$${SIMULATION_SEEDS:-$(SEEDS)} swift test --disable-xctest --filter 'SimulationTests.*no seed'

chaos: setup ## Kill server and engines N times (default 100) under real work, and check that nothing is lost
	SCRIBERR_STRICT=1 swift build --build-tests
	CHAOS_KILLS=$(N) SCRIBERR_STRICT=1 tools/run-tests EndToEndTests.ChaosTests

chaos-cluster: setup ## Strike N times (default 100) at a cluster of nodes, workers and PostgreSQL under real work
	SCRIBERR_STRICT=1 swift build --build-tests
	CLUSTER_KILLS=$(N) SCRIBERR_STRICT=1 tools/run-tests EndToEndTests.ClusterTests EndToEndTests.ClusterChaosTests

lint: ## Check the format of every Swift file
	swift format lint --strict --parallel -r $(swift_paths)

format: ## Format every Swift file in place
	swift format --in-place --parallel -r $(swift_paths)

clean: ## Remove what was built; keeps fetched packages and data/
	swift package clean

distclean: ## Remove everything that was built or fetched; keeps data/
	rm -rf .build .native Sources/CSherpaOnnx/include/sherpa-onnx
