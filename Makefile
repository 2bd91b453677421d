# `make` alone prints the targets. Everything works on Debian 12 with Swift 6.3, git and make: what else a target needs,
# scripts/install-dependencies installs.

PREFIX ?= /usr/local
SWIFT_BUILD_FLAGS ?=
# The Swift standard library inside; what nobody calls, names and what is there twice left out.
RELEASE_FLAGS := -c release --static-swift-stdlib -Xswiftc -use-ld=lld \
	-Xlinker --gc-sections -Xlinker --icf=all -Xlinker --no-export-dynamic -Xlinker --strip-all
DEBUG_BINARY := .build/debug/modelkit-assets
RELEASE_BINARY := .build/release/modelkit-assets
SHELL_SCRIPTS := .ci/run scripts/install-dependencies scripts/demo examples/shared/example.sh scripts/install examples/s3/run examples/gcs/run

.PHONY: help build demo test test-docker lint format bench install wheel clean

help: ## print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build the release program, .build/release/modelkit-assets
	@scripts/install-dependencies build
	swift build $(SWIFT_BUILD_FLAGS) $(RELEASE_FLAGS) --product modelkit-assets

# A debug build, as it is there in half the time of a release build.
demo: ## fetch the assets of examples/quickstart into .demo/assets
	@scripts/install-dependencies build
	@test -x $(DEBUG_BINARY) || echo "Building; the first time this takes some minutes."
	@swift build $(SWIFT_BUILD_FLAGS) --product modelkit-assets
	@scripts/demo "$(abspath $(DEBUG_BINARY))"

test: ## build, then run the tests in Swift and in Python
	@scripts/install-dependencies test
	swift build $(SWIFT_BUILD_FLAGS) --build-tests
	swift test $(SWIFT_BUILD_FLAGS) --skip-build
	MODELKIT_ASSETS_BIN="$(abspath $(DEBUG_BINARY))" .venv/bin/python -m pytest Tests/python $(PYTEST_FLAGS)

lint: ## check the style of the Swift sources and the syntax of the shell scripts
	swift format lint --strict --recursive --parallel Sources Tests Package.swift
	@for script in $(SHELL_SCRIPTS); do bash -n $$script || exit 1; done

format: ## format the Swift sources in place
	swift format --in-place --recursive --parallel Sources Tests Package.swift

bench: build ## measure the release program against cp, Python modelkit and other S3 clients
	@scripts/install-dependencies bench
	swift build $(SWIFT_BUILD_FLAGS) $(RELEASE_FLAGS) --product resolution-bench
	MODELKIT_ASSETS_BIN="$${MODELKIT_ASSETS_BIN:-$(abspath $(RELEASE_BINARY))}" .venv/bin/python Tests/bench/run

install: build ## install the program, its manual pages and completions below PREFIX (/usr/local)
	scripts/install "$(RELEASE_BINARY)" "$(DESTDIR)$(PREFIX)"

wheel: build ## pack the program into a wheel, dist/*.whl
	python3 scripts/make-wheel $(RELEASE_BINARY) dist

test-docker: build ## build and look at the images of examples/docker, with buildah; takes root
	@scripts/install-dependencies docker
	MODELKIT_ASSETS_BIN="$(abspath $(RELEASE_BINARY))" .venv/bin/python -m pytest Tests/docker $(PYTEST_FLAGS)

clean: ## remove what was built, .venv, .demo and dist
	rm -rf .build .venv .demo dist
