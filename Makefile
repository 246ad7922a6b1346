# Everything a contributor or CI runs. `make` lists the targets.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

# The workspace and the release manifest say which modules exist; nothing here names one.
PUBLISHED := $(shell awk '!/^[#]/ && NF { print $$1 }' versions.txt)
WORKSPACE := $(shell sed -n 's|^[[:space:]]*\./||p' go.work)
RECIPES   := $(patsubst %/go.mod,%,$(wildcard examples/*/go.mod))
TOOLMODS  := $(patsubst %/go.mod,%,$(wildcard tools/go.mod tools/*/go.mod tools/*/*/go.mod)) $(RECIPES)
PACKAGES  := $(patsubst %,./%/...,$(WORKSPACE))

BIN       := $(CURDIR)/bin
GOLANGCI  := $(BIN)/golangci-lint
APIDIFF   := $(BIN)/apidiff
TEST      ?=
RACE      ?=
FUZZINPUTS ?= 100000
BENCH     ?= .
ROWS      ?= 1000000
SEED      ?= 1
N         ?= 5000
MODULES   ?=
ROOT      ?=
ORACLE    ?=
SPEC      ?=
FRONTEND  ?=
EVENTS    ?=
VECTORS   ?=
OUT       ?=

TOOL      = cd tools && go run
GOTEST    = go test -vet=off $(RACE) $(TEST)
DOCUMENTS = -spec $(abspath $(SPEC)) $(if $(EVENTS),-webhooks $(abspath $(EVENTS)))

.PHONY: help
help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## / { printf "  %-16s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  Documents from outside the repository are passed as paths: SPEC= FRONTEND= EVENTS= VECTORS= ORACLE="

##@ Tests

.PHONY: test
test: ## run every test of every module; lint vets them (RACE=-race for the race detector)
	$(GOTEST) $(PACKAGES)
	cd tools && $(GOTEST) ./...
	@for m in $(RECIPES); do (cd $$m && GOWORK=off $(GOTEST) ./...) || exit 1; done
	cd tools/migrate && GOWORK=off $(GOTEST) ./...

.PHONY: race
race: ## test modules on their own, their siblings from a packed proxy, under the race detector; matrix does so with adapters (MODULES=)
	$(TOOL) ./standalone race $(MODULES)

.PHONY: matrix
matrix: ## the same for each adapter, on the lowest and the newest version of its framework (MODULES=)
	$(TOOL) ./standalone matrix $(MODULES)

.PHONY: cover
cover: ## write coverage.txt and print the total of each module
	@for m in $(PUBLISHED); do \
		(cd $$m && go test -coverprofile=coverage.txt -coverpkg=./... ./... >/dev/null && \
		printf '%-12s %s\n' $$m "$$(go tool cover -func=coverage.txt | awk 'END { print $$NF }')"); \
	done

.PHONY: fuzz
fuzz: ## run every fuzz target with FUZZINPUTS (100,000) inputs
	@.ci/fuzz $(FUZZINPUTS) $(WORKSPACE)

.PHONY: bench
bench: ## run the benchmarks beside the code, then the comparison with other libraries
	go test -run '^$$' -bench '$(BENCH)' -benchmem $(patsubst %,./%/...,$(PUBLISHED))
	@for b in $(filter-out tools/bench/mirror/%,$(wildcard tools/bench/*/go.mod)); do echo "== $$(dirname $$b)"; (cd $$(dirname $$b) && GOWORK=off go run .); done

.PHONY: conformance
conformance: ## replay test vectors against auth (VECTORS=file.json)
	@test -n "$(VECTORS)" || { echo 'usage: make conformance VECTORS=path/to/vectors.json'; exit 2; }
	$(TOOL) ./conformance $(abspath $(VECTORS))

.PHONY: oracle
oracle: ## compare auth with the JS SDK on generated scenarios (ORACLE=dir SEED=1 N=5000)
	@test -n "$(ORACLE)" || { echo 'usage: make oracle ORACLE=path/to/oracle [SEED=1] [N=5000]'; exit 2; }
	cd tools && ./conformance/oracle.sh $(abspath $(ORACLE)) $(SEED) $(N)

.PHONY: contract
contract: ## let clients tour the local Clerk and hold its answers against the documents (SPEC=bapi.yml FRONTEND=fapi.yml EVENTS=webhooks.yml; npm)
	@test -n "$(SPEC)" || { echo 'usage: make contract SPEC=path/to/bapi.yml [FRONTEND=path/to/fapi.yml] [EVENTS=path/to/webhooks.yml]'; exit 2; }
	$(TOOL) ./contract $(DOCUMENTS) $(if $(FRONTEND),-frontend $(abspath $(FRONTEND)))

.PHONY: interop
interop: ## exchange webhooks with other implementations (npm)
	tools/interop/webhooks/run.sh

.PHONY: mcp
mcp: ## let foreign MCP and OpenID clients sign in to servers behind clerkmcp and to the local Clerk (npm, Chromium)
	cd tools/mcp && GOWORK=off go run .

.PHONY: console
console: ## drive the console of the local Clerk in a headless Chromium (OUT=folder keeps pictures)
	$(TOOL) ./console $(if $(OUT),-out $(abspath $(OUT)))

.PHONY: browser
browser: ## drive pages with the real ClerkJS through the flows of the local Clerk in a headless Chromium (npm; FRONTEND=fapi.yml holds the answers against the document; OUT=folder keeps pictures)
	$(TOOL) ./browser $(if $(OUT),-out $(abspath $(OUT))) $(if $(FRONTEND),-record browser/cache/answers.jsonl && go run ./contract -frontend $(abspath $(FRONTEND)) -recorded browser/cache/answers.jsonl)

.PHONY: mirror
mirror: ## test the mirror on real databases, fifty schedules of failures among the tests (SEEDS=50 LARGE=3 USERS=20000 TIMEOUT=15m)
	tools/mirror/test.sh

.PHONY: mirror-bench
mirror-bench: ## measure the mirror on PostgreSQL beside COPY and a naive loop (ROWS=1000000)
	cd tools/bench/mirror && GOWORK=off go build -o $(BIN)/mirror-bench . && \
		../../mirror/with-postgres.sh sh -c '$(BIN)/mirror-bench -database "$$DATABASE_URL" -users $(ROWS)'

##@ Code

.PHONY: fmt
fmt: $(GOLANGCI) ## format the Go code
	$(GOLANGCI) fmt $(WORKSPACE) tools

.PHONY: lint
lint: $(GOLANGCI) ## run the linters over every module
	$(GOLANGCI) run $(PACKAGES)
	@for m in $(filter-out tools/lint,$(TOOLMODS)); do echo "$$m"; (cd $$m && GOWORK=off $(GOLANGCI) run ./...) || exit 1; done

# Platforms on which nothing is run here, but on which code and tests have to compile: all of it, or core and auth.
PORTS      := linux/386,windows/amd64,darwin/arm64
PORTS_AUTH := linux/arm,js/wasm

.PHONY: ports
ports: ## type-check the code for platforms with other integers, files or sockets
	$(TOOL) ./ports .. $(PORTS) $(PACKAGES)
	$(TOOL) ./ports .. $(PORTS_AUTH) ./core/... ./auth/...

.PHONY: generate
generate: ## generate core from Clerk's OpenAPI documents (SPEC=bapi.yml EVENTS=webhooks.yml)
	@test -n "$(SPEC)" || { echo 'usage: make generate SPEC=path/to/bapi.yml [EVENTS=path/to/webhooks.yml]'; exit 2; }
	$(TOOL) ./apigen $(DOCUMENTS) -out ../core

.PHONY: generate-check
generate-check: ## fail if core differs from what the generator writes (SPEC=bapi.yml FRONTEND=fapi.yml EVENTS=webhooks.yml)
	@test -n "$(SPEC)" || { echo 'usage: make generate-check SPEC=path/to/bapi.yml [FRONTEND=path/to/fapi.yml] [EVENTS=path/to/webhooks.yml]'; exit 2; }
	$(TOOL) ./apigen $(DOCUMENTS) -out ../core -check
	cd tools && go test -tags document ./apigen -spec $(abspath $(SPEC)) $(if $(EVENTS),-run TestDocument -events $(abspath $(EVENTS)),-run '^TestDocument$$')
	$(TOOL) ./emulatorops -spec $(abspath $(SPEC)) $(if $(FRONTEND),-frontend $(abspath $(FRONTEND))) -check
	$(if $(EVENTS),$(TOOL) ./webhookcheck $(abspath $(EVENTS)))

.PHONY: tidy
tidy: ## tidy every go.mod, each outside the workspace (MODULES=)
	$(TOOL) ./standalone tidy $(MODULES)
	@for m in $(TOOLMODS); do (cd $$m && GOWORK=off go mod tidy); done

.PHONY: tidy-check
tidy-check: ## fail if a go.mod or go.sum is not tidy (MODULES=)
	$(TOOL) ./standalone tidy-check $(MODULES)
	@for m in $(TOOLMODS); do echo "$$m"; (cd $$m && GOWORK=off go mod tidy -diff) || exit 1; done

.PHONY: deps-check
deps-check: ## fail if a module imports what the architecture does not allow
	$(TOOL) ./depscheck

.PHONY: clean-room
clean-room: ## install each module from a packed copy into an empty program, run the programs of the READMEs, and tools/migrate (MODULES=)
	$(TOOL) ./cleanroom $(MODULES)

.PHONY: module-root
module-root: ## give all modules another path (ROOT=github.com/acme/clerk-go)
	@test -n "$(ROOT)" || { echo 'usage: make module-root ROOT=github.com/acme/clerk-go'; exit 2; }
	$(TOOL) ./moduleroot $(ROOT)
	$(TOOL) ./docs

.PHONY: module-root-check
module-root-check: ## rename a copy of the tree, type-check it, and let a part of it test and document itself
	tools/moduleroot/check.sh

.PHONY: precommit
precommit: fmt lint deps-check docs-check test ## what to run before a commit

##@ Documentation

.PHONY: docs
docs: ## fill the snippets of README and docs from compiled examples
	$(TOOL) ./docs

.PHONY: docs-check
docs-check: ## fail if a snippet or a link of the documentation is out of date
	$(TOOL) ./docs -check

##@ Release

.PHONY: release-check
release-check: $(APIDIFF) ## check versions.txt against go.mod files, changelogs and the API
	$(TOOL) ./release -apidiff $(APIDIFF) check

.PHONY: release-tags
release-tags: ## print the tags to push, in dependency order
	@$(TOOL) ./release tags

.PHONY: apidiff
apidiff: $(APIDIFF) ## print API changes of each module since its last tag
	$(TOOL) ./release -apidiff $(APIDIFF) apidiff

$(GOLANGCI) $(APIDIFF) &: tools/lint/go.mod tools/lint/go.sum
	cd tools/lint && GOWORK=off GOBIN=$(BIN) go install tool
	@touch $(GOLANGCI) $(APIDIFF)
