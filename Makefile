# `make` alone prints the targets. Everything works on Debian 12 with Swift 6.3, git and make: what else a target needs,
# scripts/install-dependencies installs.

PREFIX ?= /usr/local
SWIFT_BUILD_FLAGS ?=
DEBUG_BINARY := .build/debug/modelkit-assets
RELEASE_BINARY := .build/release/modelkit-assets
SHELL_SCRIPTS := .ci/run scripts/install-dependencies scripts/demo examples/shared/example.sh examples/s3/run examples/gcs/run

.PHONY: help build demo test lint format bench install clean

help: ## print this
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build the release program, .build/release/modelkit-assets
	@scripts/install-dependencies build
	swift build $(SWIFT_BUILD_FLAGS) -c release --static-swift-stdlib --product modelkit-assets

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
	swift build $(SWIFT_BUILD_FLAGS) -c release --static-swift-stdlib --product resolution-bench
	MODELKIT_ASSETS_BIN="$${MODELKIT_ASSETS_BIN:-$(abspath $(RELEASE_BINARY))}" .venv/bin/python Tests/bench/run

install: build ## install the program below PREFIX (/usr/local)
	install -D -m 0755 $(RELEASE_BINARY) "$(DESTDIR)$(PREFIX)/bin/modelkit-assets"

clean: ## remove what was built, .venv and .demo
	rm -rf .build .venv .demo
