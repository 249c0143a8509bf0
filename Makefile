# Adarve's one set of commands. `make run` serves a demo, `make test` passes the tests, `make check` is what CI runs.
# A machine with Python 3.11+, make, git and a network to the package registries is enough.

PORT ?= 8081
DATA ?= data
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
TOOLS := .tools
PEERS := $(TOOLS)/peers
CONFORMANCE := $(TOOLS)/conformance
UV := $(or $(shell command -v uv 2>/dev/null),$(TOOLS)/uv/bin/uv)
NODE_OK := $(shell node -e 'const [a,b]=process.versions.node.split(".").map(Number);process.exit(a>22||(a==22&&b>=12)||(a==20&&b>=19)?0:1)' 2>/dev/null && command -v npm >/dev/null && echo yes)
NODE_BIN := $(if $(NODE_OK),,$(CURDIR)/$(TOOLS)/node/bin)
NPM := $(if $(NODE_OK),npm,PATH="$(NODE_BIN):$$PATH" npm)
EXPLORER_SOURCES := $(wildcard explorer/src/* explorer/src/tabs/* explorer/*.json explorer/*.ts explorer/*.html explorer/.npmrc)
export UV_PYTHON_DOWNLOADS := never
# Compiled tests are kept, whatever the shell says: to compile them again takes a fifth of `make quick`.
export PYTHONDONTWRITEBYTECODE :=
say = @printf '\033[1m==>\033[0m %s\n' $(1)

.PHONY: setup run test coverage test-reference test-long quick conformance check lint types layers deprecations format explorer demo-data lock clean bench

## setup: prepare .venv with the `adarve` command in it
setup: $(VENV)/.runtime
	$(call say,"Ready: $(BIN)/adarve --help")

## run: set everything up and serve the demo on PORT (8081), its data in DATA (./data)
run: setup explorer/dist/index.html
	$(call say,"Starting Adarve with its demo organization on port $(PORT) (data in $(DATA))")
	@exec $(BIN)/adarve demo --port $(PORT) --data-dir $(DATA)

# `NOUN=finding` keeps to the tests whose file, name or case says so. That none of a kind does is no failure (exit code 5).
CONCERNING = $(if $(NOUN),-k $(NOUN))
OR_NONE = $(if $(NOUN),|| test $$? -eq 5)

## test: set everything up and pass all tests, browser and servers included; NOUN=finding keeps to those of a noun
test: $(VENV)/.dev explorer/dist/index.html tests/openid/node_modules/.package-lock.json
	$(call say,"Running the tests in as many processes as there are processors")
	@$(BIN)/python -m pytest -n auto --dist worksteal $(CONCERNING) -m "not alone and not long" tests $(OR_NONE)
	$(call say,"Running those that need all processors themselves")
	@$(BIN)/python -m pytest $(CONCERNING) -m "alone and not long" tests $(OR_NONE)

## coverage: say which lines and branches the tests do not reach; that takes twice as long as `make test`
coverage: $(VENV)/.dev
	@rm -f .coverage .coverage.*
	@COVERAGE_PROCESS_START=$(CURDIR)/pyproject.toml $(MAKE) --no-print-directory test
	@$(BIN)/coverage combine -q && $(BIN)/coverage report --sort=cover | tail -n 25; rm -f .coverage

## test-reference: pass the fast tests with graphql-core in the engine's place
test-reference: $(VENV)/.dev explorer/dist/index.html tests/openid/node_modules/.package-lock.json
	@ADARVE_ENGINE=reference $(BIN)/python -m pytest -n auto --dist worksteal -m "not slow" tests

## test-long: what `make test` tries samples of, in full (many hours)
test-long: $(VENV)/.dev tests/openid/node_modules/.package-lock.json
	@ADARVE_TESTS=full $(BIN)/python -m pytest -n auto -m "long or not alone" tests

## quick: the fast tests, in about a minute
quick: $(VENV)/.dev
	@$(BIN)/python -m pytest -n auto --dist loadfile $(CONCERNING) -m "not slow and not long" tests

## conformance: pass graphql-core's own tests with the engine plugged in
conformance: $(VENV)/.dev $(CONFORMANCE)/.fetched
	$(call say,"Running graphql-core's own tests with the engine plugged in")
	@cd $(CONFORMANCE)/graphql_core-*/ && PYTHONPATH="$(CURDIR)/$(CONFORMANCE)/plugins:$(CURDIR)/tests/engine/conformance:$(CURDIR)" \
		$(CURDIR)/$(BIN)/python -m pytest -q -p no:cacheprovider -c $(CURDIR)/tests/engine/conformance/pytest.ini --rootdir . \
		-p pytest_describe -p engine_plugin tests/execution tests/type tests/utilities tests/test_*.py

## check: what CI runs
check: lint types layers deprecations conformance test

lint: $(VENV)/.dev
	$(call say,"Linting")
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(call say,"Checking types")
	@$(BIN)/mypy .

layers: $(VENV)/.dev
	$(call say,"Checking that imports point down")
	@$(BIN)/lint-imports --no-cache

# A shallow clone has nothing to compare with; then only the marks and documents are checked.
SHALLOW = $(filter true,$(shell git rev-parse --is-shallow-repository))
deprecations: $(VENV)/.dev
	$(call say,"Checking that nothing goes without notice")
	@$(BIN)/adarve deprecations check $(if $(BASE),--base $(BASE),$(if $(SHALLOW),--base HEAD))

format: $(VENV)/.dev
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

## explorer: build the explorer's page anew
explorer: explorer/dist/index.html

## demo-data: run the scanners over examples/ again and rewrite their output
demo-data: $(VENV)/.runtime
	@$(MAKE) --no-print-directory -C examples UV="$(abspath $(UV))" NPM='$(NPM)'

## bench: measure the engine, authorization, deprecations, and imports through a real server, each figure beside its goal
bench: $(VENV)/.dev explorer/dist/index.html $(PEERS)/.ready
	$(call say,"Measuring the engine")
	@$(BIN)/python -m bench.engine
	$(call say,"Measuring our server beside those of Node")
	@PATH="$(CURDIR)/$(PEERS)/node/bin:$$PATH" $(BIN)/python -m bench.over_http
	@PATH="$(CURDIR)/$(PEERS)/node/bin:$$PATH" $(BIN)/python -m bench.over_postgres
	@$(BIN)/python -m bench.results
	$(call say,"Measuring authorization")
	@$(BIN)/python -m bench.authorization
	$(call say,"Measuring the deprecation checker")
	@$(BIN)/python -m bench.deprecations
	@$(BIN)/python -m bench.deprecated_uses | tail -n 1
	$(call say,"Measuring imports (some minutes)")
	@$(BIN)/python -m bench.imports

$(PEERS)/.ready: requirements/node.txt bench/peers/package-lock.json | $(TOOLS)/.uv
	$(call say,"Fetching the servers of Node that the bench measures beside ours$(comma) and a Node for them (about 400 MB)")
	@$(UV) venv --quiet --python $(PYTHON) $(PEERS)/node
	@VIRTUAL_ENV=$(PEERS)/node $(UV) pip sync --quiet --compile-bytecode --require-hashes requirements/node.txt
	@cd bench/peers && PATH="$(CURDIR)/$(PEERS)/node/bin:$$PATH" npm ci --no-audit --no-fund --loglevel=error
	@touch $@

## lock: resolve the dependencies anew and write the locks
COMPILE = $(UV) pip compile -q --universal --upgrade --generate-hashes --no-header --no-annotate --no-emit-index-url --python-version 3.11
lock: $(TOOLS)/.uv
	$(COMPILE) pyproject.toml --extra embedded requirements/build.in -o requirements/runtime.txt
	$(COMPILE) pyproject.toml --extra embedded requirements/build.in requirements/dev.in -c requirements/runtime.txt -o requirements/dev.txt
	$(COMPILE) requirements/conformance.in -c requirements/dev.txt -o requirements/conformance.txt
	$(COMPILE) requirements/uv.in -o requirements/uv.txt
	$(COMPILE) requirements/node.in -o requirements/node.txt

clean:
	rm -rf $(VENV) $(TOOLS) explorer/node_modules explorer/dist tests/openid/node_modules

$(TOOLS)/.uv: requirements/uv.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or later is needed: make PYTHON=python3.12 …"; exit 1; }
	@mkdir -p $(TOOLS)
ifeq ($(UV),$(TOOLS)/uv/bin/uv)
	$(call say,"Fetching uv$(comma) which installs the Python packages (about 25 MB)")
	@$(PYTHON) -m venv $(TOOLS)/uv || { echo "Python's venv module is needed to fetch uv (Debian: apt-get install python3-venv), or uv itself."; exit 1; }
	@$(TOOLS)/uv/bin/python -m pip install --disable-pip-version-check --quiet --require-hashes -r requirements/uv.txt
endif
	@touch $@

$(VENV)/.runtime: requirements/runtime.txt pyproject.toml | $(TOOLS)/.uv
	@test -d $(VENV) || $(UV) venv --quiet --python $(PYTHON) $(VENV)
	$(call say,"Installing the locked Python packages$(comma) PostgreSQL among them (about 45 MB)")
	@VIRTUAL_ENV=$(VENV) $(UV) pip sync --quiet --compile-bytecode --require-hashes requirements/runtime.txt
	@VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --no-deps --no-build-isolation -e .
	@rm -f $(VENV)/.dev && touch $@

$(VENV)/.dev: requirements/dev.txt pyproject.toml | $(TOOLS)/.uv
	@test -d $(VENV) || $(UV) venv --quiet --python $(PYTHON) $(VENV)
	$(call say,"Installing the locked Python packages and what the tests need (about 130 MB)")
	@VIRTUAL_ENV=$(VENV) $(UV) pip sync --quiet --compile-bytecode --require-hashes requirements/dev.txt
	@VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --no-deps --no-build-isolation -e .
	@touch $(VENV)/.runtime && touch $@

$(TOOLS)/.node: requirements/node.txt | $(TOOLS)/.uv
	@mkdir -p $(TOOLS)
ifeq ($(NODE_OK),)
	$(call say,"Fetching Node$(comma) which builds the explorer once (about 60 MB)")
	@$(UV) venv --quiet --python $(PYTHON) $(TOOLS)/node
	@VIRTUAL_ENV=$(TOOLS)/node $(UV) pip sync --quiet --compile-bytecode --require-hashes requirements/node.txt
endif
	@touch $@

# The tests are in the source distribution of the very graphql-core that is locked, and in no wheel; pip fetches it.
$(CONFORMANCE)/.fetched: requirements/runtime.txt requirements/conformance.txt | $(TOOLS)/.uv
	$(call say,"Fetching graphql-core's own tests (about 2 MB)")
	@rm -rf $(CONFORMANCE) && $(UV) venv --quiet --seed --python $(PYTHON) $(CONFORMANCE)
	@sed -n '/^graphql-core==/,/[^\\]$$/p' requirements/runtime.txt > $(CONFORMANCE)/graphql-core.txt
	@$(CONFORMANCE)/bin/python -m pip download --disable-pip-version-check --quiet --no-deps --no-binary graphql-core --require-hashes -r $(CONFORMANCE)/graphql-core.txt -d $(CONFORMANCE)
	@tar -xzf $(CONFORMANCE)/graphql_core-*.tar.gz -C $(CONFORMANCE)
	@$(UV) pip install --quiet --require-hashes --no-deps --target $(CONFORMANCE)/plugins --python $(CONFORMANCE)/bin/python -r requirements/conformance.txt
	@touch $@

explorer/dist/index.html: $(EXPLORER_SOURCES) | $(TOOLS)/.node
	$(call say,"Building the explorer once (about 60 MB of npm packages)")
	@cd explorer && $(NPM) ci --no-audit --no-fund --loglevel=error && $(NPM) run --silent build
	@touch $@

tests/openid/node_modules/.package-lock.json: tests/openid/package-lock.json | $(TOOLS)/.node
	$(call say,"Installing the OpenID Connect provider that the tests start")
	@cd tests/openid && $(NPM) ci --no-audit --no-fund --loglevel=error
	@touch $@

comma := ,
