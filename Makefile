# `make` alone prints the targets. Everything works on Debian 12 with Swift 6.3, git and make: what else a target needs,
# scripts/install-dependencies installs.

PREFIX ?= /usr/local
SWIFT_BUILD_FLAGS ?=
# The Swift standard library inside; what nobody calls, names and what is there twice left out.
RELEASE_FLAGS := -c release --static-swift-stdlib -Xswiftc -use-ld=lld \
	-Xlinker --gc-sections -Xlinker --icf=all -Xlinker --no-export-dynamic -Xlinker --strip-all
# The C library too, so that the program runs in any image, and still at a random address; and no tables to unwind by.
# MODELKIT_ASSETS_SHARED_LIBRARIES=1 links what the machine has as shared libraries instead. SwiftPM's run path makes such a program
# crash before main.
ifndef MODELKIT_ASSETS_SHARED_LIBRARIES
RELEASE_FLAGS += --disable-local-rpath -Xswiftc -static-executable -Xswiftc -Xclang-linker -Xswiftc -static-pie \
	-Xlinker --pack-dyn-relocs=relr -Xlinker -T -Xlinker $(CURDIR)/scripts/no-unwind-tables.ld \
	-Xlinker --wrap=_Unwind_ForcedUnwind
RELEASE_BUILD := MODELKIT_ASSETS_STATIC=1 swift build
else
RELEASE_BUILD := swift build
endif
# No C or C++ of the dependencies throws; what of it is hot is written in assembly. Saves 330 KB.
RELEASE_FLAGS += -Xcc -fno-asynchronous-unwind-tables -Xcc -fno-unwind-tables -Xcc -Os
# Texts in the program name a source by its place in the checkout, so that the same sources give the same program in any folder.
RELEASE_FLAGS += -Xcc -ffile-prefix-map=$(CURDIR)=.
# Else each module has a digest in the program that its folder changes.
RELEASE_FLAGS += -Xswiftc -Xfrontend -Xswiftc -disable-incremental-llvm-codegen
DEBUG_BINARY := .build/debug/modelkit-assets
RELEASE_BINARY := .build/release/modelkit-assets
# What Tests/python runs, and which build of it that must be.
TESTED_RELEASE := MODELKIT_ASSETS_BIN="$(abspath $(RELEASE_BINARY))" MODELKIT_ASSETS_TEST_BUILD=release
TESTED_DEBUG := MODELKIT_ASSETS_BIN="$(abspath $(DEBUG_BINARY))" MODELKIT_ASSETS_TEST_BUILD=debug
PYTEST_PROCESSES ?= 5
# Suites that compute for long: beside them, tests of the network wait for a thread until their requests time out.
COMPUTING := GeneratedWorldTests|ConcurrencyControllerTests|ResolverTests|BoundsTests
# Of `make fuzz`; without a seed, one of chance, which is printed.
FUZZ_SECONDS ?= 3600
FUZZ_SEED ?=
# Where the tests in Swift are built. In a folder of their own they can be built beside the program.
TESTS_FOLDER ?= .build
TESTS_FLAGS := $(SWIFT_BUILD_FLAGS) --scratch-path $(TESTS_FOLDER)
FUZZER := $(TESTS_FOLDER)/debug/parser-fuzz
SHELL_SCRIPTS := .ci/run scripts/install-dependencies scripts/demo examples/shared/example.sh scripts/install examples/s3/run \
	examples/gcs/run examples/kserve/storage-initializer Tests/images/make-roots

.PHONY: help build demo test build-tests test-debug fuzz test-docker test-images test-oci test-program lint format bench install \
	wheel release-check reproducible clean

help: ## print this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## build the release program, .build/release/modelkit-assets
	@scripts/install-dependencies build
	$(RELEASE_BUILD) $(SWIFT_BUILD_FLAGS) $(RELEASE_FLAGS) --product modelkit-assets

# A debug build, as it is there in half the time of a release build.
demo: ## fetch the assets of examples/quickstart into .demo/assets
	@scripts/install-dependencies build
	@test -x $(DEBUG_BINARY) || echo "Building; the first time this takes some minutes."
	@swift build $(SWIFT_BUILD_FLAGS) --product modelkit-assets
	@scripts/demo "$(abspath $(DEBUG_BINARY))"

# Most tests in Python wait for servers and for time to pass: more of them at once than there are cores.
test: build ## run the tests in Swift, a minute of fuzzing, and the tests in Python on the release program
	@scripts/install-dependencies test
	swift build $(TESTS_FLAGS) --build-tests
	swift test $(TESTS_FLAGS) --skip-build --skip '$(COMPUTING)'
	swift test $(TESTS_FLAGS) --skip-build --filter '$(COMPUTING)'
	$(FUZZER) --seconds 60
	$(TESTED_RELEASE) .venv/bin/python -m pytest Tests/python -n $(PYTEST_PROCESSES) $(PYTEST_FLAGS)

build-tests: ## build the tests in Swift, in TESTS_FOLDER (.build)
	@scripts/install-dependencies build
	swift build $(TESTS_FLAGS) --build-tests

test-debug: ## build, and run the tests in Python on the debug program
	@scripts/install-dependencies test
	swift build $(SWIFT_BUILD_FLAGS) --product modelkit-assets
	$(TESTED_DEBUG) .venv/bin/python -m pytest Tests/python -n $(PYTEST_PROCESSES) $(PYTEST_FLAGS)

fuzz: ## damage documents for every parser, for FUZZ_SECONDS (an hour) with the seed FUZZ_SEED
	@scripts/install-dependencies build
	swift build $(TESTS_FLAGS) --product parser-fuzz
	$(FUZZER) --seconds $(FUZZ_SECONDS) $(if $(FUZZ_SEED),--seed $(FUZZ_SEED))

lint: ## check the style of the Swift sources and the syntax of the shell scripts
	swift format lint --strict --recursive --parallel Sources Tests Package.swift
	@for script in $(SHELL_SCRIPTS); do bash -n $$script || exit 1; done

format: ## format the Swift sources in place
	swift format --in-place --recursive --parallel Sources Tests Package.swift

bench: build ## measure the release program against cp, Python modelkit and other S3 clients
	@scripts/install-dependencies bench
	$(RELEASE_BUILD) $(SWIFT_BUILD_FLAGS) $(RELEASE_FLAGS) --product resolution-bench
	MODELKIT_ASSETS_BIN="$${MODELKIT_ASSETS_BIN:-$(abspath $(RELEASE_BINARY))}" .venv/bin/python Tests/bench/run

install: build ## install the program, its manual pages and completions below PREFIX (/usr/local)
	@scripts/install-dependencies install
	scripts/install "$(RELEASE_BINARY)" "$(DESTDIR)$(PREFIX)"

wheel: build ## pack the program into a wheel, dist/*.whl
	python3 scripts/make-wheel $(RELEASE_BINARY) dist

test-images: build ## run the release program in images of several kinds, old, small and empty ones; takes root
	@scripts/install-dependencies images
	Tests/images/make-roots .build-images
	$(TESTED_RELEASE) .venv/bin/python -m pytest Tests/images $(PYTEST_FLAGS)

test-oci: build ## have umoci, skopeo, buildah, podman and containerd take the images of `image`; takes root
	@scripts/install-dependencies oci
	$(TESTED_RELEASE) .venv/bin/python -m pytest Tests/oci $(PYTEST_FLAGS)

test-docker: build ## build and look at the images of examples/docker, with buildah; takes root
	@scripts/install-dependencies docker
	$(TESTED_RELEASE) .venv/bin/python -m pytest Tests/docker $(PYTEST_FLAGS)

release-check: build ## make and check what a release of this checkout has: version, archive, wheel, checksums
	@scripts/install-dependencies test
	.venv/bin/python scripts/release-check $(RELEASE_BINARY)

reproducible: ## build twice in two folders, and compare the programs
	@scripts/install-dependencies build
	scripts/build-twice

test-program: ## run the tests in Python on the release program that PROGRAM names
	@scripts/install-dependencies test
	MODELKIT_ASSETS_BIN="$(abspath $(PROGRAM))" MODELKIT_ASSETS_TEST_BUILD=release \
		.venv/bin/python -m pytest Tests/python $(PYTEST_FLAGS)

clean: ## remove what was built, .venv, .demo and dist
	rm -rf .build .build-images .venv .demo dist
