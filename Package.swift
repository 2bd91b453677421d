// swift-tools-version: 6.2
import PackageDescription

// The archives that Debian's and Ubuntu's packages for developers have, so that the program needs none of these libraries
// where it runs. Where there are no archives, MODELKIT_ASSETS_SHARED_LIBRARIES=1 links the shared ones.
let linksArchives = Context.environment["MODELKIT_ASSETS_SHARED_LIBRARIES"] == nil

func linking(_ names: String...) -> [LinkerSetting] {
    names.map { .linkedLibrary(linksArchives ? ":lib\($0).a" : $0) }
}

// Set by the Makefile where it links a program that has the C library inside too.
let isStatic = Context.environment["MODELKIT_ASSETS_STATIC"] != nil

// Bottom up: a target names only targets above it. `Sources/README.md` has the same table with the imports from
// outside, and `ArchitectureTests` reads every import and compares.
let package = Package(
    name: "modelkit-assets",
    products: [
        .executable(name: "modelkit-assets", targets: ["modelkit-assets"])
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    ],
    targets: [
        // MARK: C libraries

        /** libyaml's event parser */
        .systemLibrary(name: "CLibYAML", providers: [.apt(["libyaml-dev"])]),
        /** OpenSSL's digests and message authentication */
        .systemLibrary(name: "CLibCrypto", providers: [.apt(["libssl-dev"])]),
        /** expat's XML parser */
        .systemLibrary(name: "CLibExpat", providers: [.apt(["libexpat1-dev"])]),
        /** zlib's decoder of gzip */
        .systemLibrary(name: "CLibZ", providers: [.apt(["zlib1g-dev"])]),
        /** The cyclic redundancy checks of object stores */
        .target(name: "CChecksums"),
        /** The Linux calls that glibc hides from Swift */
        .target(name: "CLinux"),
        /** What has to be so before `main` */
        .target(
            name: "CStartup", dependencies: ["CLibCrypto"],
            cSettings: isStatic ? [.define("MODELKIT_ASSETS_STATIC")] : [], linkerSettings: linking("crypto")),

        // MARK: The domain, without input or output

        /** The words of the domain: names, versions, requirements, specification strings, digests, diagnostics */
        .target(name: "AssetModel"),
        /** From requirements to versions, and from versions to a plan */
        .target(name: "Planning", dependencies: ["AssetModel"]),

        // MARK: Formats and stores

        /** assets.yaml to a manifest or a list of diagnostics */
        .target(
            name: "SpecFile", dependencies: ["AssetModel", "Planning", "CLibYAML", "CLibCrypto"],
            linkerSettings: linking("yaml", "crypto")),
        /** Images of assets: layers, and the documents that name them */
        .target(
            name: "ImageFormat", dependencies: ["AssetModel", "Planning", "CLibCrypto"],
            linkerSettings: linking("crypto")),
        /** The protocol that every provider speaks, its keys and its errors */
        .target(
            name: "ObjectStore",
            dependencies: ["AssetModel", "CLibZ", .product(name: "NIOCore", package: "swift-nio")],
            linkerSettings: linking("z")),
        /** The one place where paths below the assets directory are opened */
        .target(
            name: "FileSystem",
            dependencies: [
                "CLinux", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        /** Requests to services: connections, retries, and what each kind of service adds to a request */
        .target(
            name: "StoreTransport",
            dependencies: [
                "AssetModel", "ObjectStore", "FileSystem", "CLibCrypto", "CLinux",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "DequeModule", package: "swift-collections"),
            ], linkerSettings: linking("crypto")),
        /** Registries of images */
        .target(
            name: "Registry",
            dependencies: [
                "AssetModel", "ObjectStore", "StoreTransport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        /** One folder a provider */
        .target(
            name: "StoreProviders",
            dependencies: [
                "AssetModel", "ObjectStore", "FileSystem", "StoreTransport", "CChecksums", "CLibCrypto", "CLibExpat",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ], linkerSettings: linking("crypto", "expat")),

        // MARK: What is there, and making it so

        /** What the store and the assets directory hold, as planning asks for it */
        .target(
            name: "Catalog",
            dependencies: [
                "AssetModel", "Planning", "ObjectStore", "FileSystem", .product(name: "NIOCore", package: "swift-nio"),
            ]),
        /** Makes a plan true */
        .target(
            name: "Execution",
            dependencies: [
                "AssetModel", "Planning", "ObjectStore", "FileSystem", "Catalog", "CChecksums", "CLibCrypto",
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "NIOCore", package: "swift-nio"),
            ], linkerSettings: linking("crypto")),

        /** Pushes assets */
        .target(
            name: "Publishing",
            dependencies: [
                "AssetModel", "Planning", "ObjectStore", "FileSystem", "Catalog", "Execution",
                .product(name: "NIOCore", package: "swift-nio"),
            ]),

        // MARK: What the program does, without a terminal

        /** An operation takes a request, tells what happens, and comes to a result or to faults */
        .target(
            name: "Operations",
            dependencies: [
                "AssetModel", "Planning", "SpecFile", "ImageFormat", "ObjectStore", "FileSystem", "StoreTransport",
                "Registry", "StoreProviders", "Catalog", "Execution", "Publishing",
                .product(name: "NIOCore", package: "swift-nio"),
            ]),

        // MARK: What a person types and sees

        /** The terminal, and texts that fit it */
        .target(name: "Terminal", dependencies: ["AssetModel", "FileSystem", "CLinux"]),

        /** The words for what operations tell and for what goes wrong in them */
        .target(
            name: "Words",
            dependencies: [
                "AssetModel", "Planning", "SpecFile", "ImageFormat", "ObjectStore", "FileSystem", "StoreTransport",
                "Registry", "StoreProviders", "Catalog", "Execution", "Publishing", "Operations", "Terminal",
            ]),

        /** The commands */
        .target(
            name: "AssetsCommand",
            dependencies: [
                "AssetModel", "Planning", "ImageFormat", "ObjectStore", "FileSystem", "StoreTransport", "Registry",
                "StoreProviders", "Execution", "Publishing", "Operations", "Terminal", "Words", "CLinux",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ]),
        /** `@main` */
        .executableTarget(name: "modelkit-assets", dependencies: ["AssetsCommand", "CStartup"]),

        // MARK: Tests

        /** Stores and directories for tests */
        .target(
            name: "AssetsTestSupport", dependencies: ["ObjectStore", .product(name: "NIOCore", package: "swift-nio")]),
        /** How long resolving takes, for `make bench` */
        .executableTarget(
            name: "resolution-bench", dependencies: ["AssetModel", "CStartup", "Planning", "SpecFile"],
            path: "Tests/bench/ResolutionBench"),
        /** Damaged documents for every parser, for `make fuzz`; in a debug build alone, as it sees what is internal */
        .executableTarget(
            name: "parser-fuzz",
            dependencies: [
                "AssetModel", "Planning", "SpecFile", "ImageFormat", "ObjectStore", "StoreTransport", "Registry",
                "StoreProviders",
                "Catalog", "Execution", "Publishing", "Operations", "Terminal", "Words", "AssetsCommand",
                "AssetsTestSupport",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ], path: "Tests/fuzz/ParserFuzz"),
        .testTarget(name: "ArchitectureTests"),
        .testTarget(name: "CChecksumsTests", dependencies: ["CChecksums"]),
        .testTarget(name: "ImageFormatTests", dependencies: ["AssetModel", "Planning", "ImageFormat"]),
        .testTarget(name: "FileSystemTests", dependencies: ["FileSystem", "AssetsTestSupport"]),
        .testTarget(
            name: "StoreContractTests",
            dependencies: [
                "ObjectStore", "StoreTransport", "StoreProviders", "Catalog", "AssetsTestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        .testTarget(
            name: "StoreTransportTests",
            dependencies: [
                "AssetModel", "FileSystem", "ObjectStore", "StoreTransport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .testTarget(
            name: "StoreProvidersTests",
            dependencies: [
                "AssetModel", "ObjectStore", "FileSystem", "StoreTransport", "StoreProviders", "AssetsTestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
            ]),
        .testTarget(
            name: "RegistryTests",
            dependencies: [
                "AssetModel", "ObjectStore", "StoreTransport", "Registry", "AssetsTestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ]),
        .testTarget(name: "CatalogTests", dependencies: ["Catalog", "AssetsTestSupport"]),
        .testTarget(
            name: "PublishingTests",
            dependencies: [
                "AssetModel", "Planning", "ObjectStore", "Catalog", "Execution", "Publishing", "AssetsTestSupport",
                .product(name: "NIOCore", package: "swift-nio"),
            ]),
        .testTarget(
            name: "ExecutionTests",
            dependencies: [
                "AssetModel", "Planning", "Execution", "FileSystem", "ObjectStore", "StoreProviders",
                "AssetsTestSupport", .product(name: "NIOCore", package: "swift-nio"),
            ]),
        .testTarget(
            name: "TerminalTests",
            dependencies: [
                "AssetsCommand", "AssetModel", "Planning", "SpecFile", "ObjectStore", "FileSystem", "StoreTransport",
                "StoreProviders", "Registry", "ImageFormat", "Catalog", "Execution", "Publishing", "Operations",
                "Terminal", "Words",
            ],
            exclude: ["Goldens"]),
        /** assets.yaml: files that are accepted, files that are refused and what is said about them */
        .testTarget(
            name: "SpecFileTests",
            dependencies: ["AssetModel", "Planning", "SpecFile", "Terminal", "Words", "AssetsCommand"]),
        .testTarget(name: "AssetModelTests", dependencies: ["AssetModel"]),
        .testTarget(name: "PlanningTests", dependencies: ["AssetModel", "Planning"]),
        .testTarget(
            name: "PlanningWordsTests",
            dependencies: ["AssetModel", "Planning", "Operations", "Terminal", "Words", "AssetsCommand"]),
    ],
    swiftLanguageModes: [.v6]
)

let inC: Set = ["CChecksums", "CLinux", "CStartup"]
for target in package.targets where target.type != .system && !inC.contains(target.name) {
    target.swiftSettings = [
        // https://github.com/swiftlang/swift-evolution: SE-0335, SE-0444, SE-0409, SE-0461
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("MemberImportVisibility"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
        .treatAllWarnings(as: .error),
    ]
}

// Much code that runs once and moves no bytes: small is worth more than fast.
let compact: Set = [
    "AssetsCommand", "Catalog", "ImageFormat", "Operations", "Publishing", "Registry", "SpecFile", "StoreProviders",
    "Terminal", "Words",
]
for target in package.targets where compact.contains(target.name) {
    target.swiftSettings?.append(.unsafeFlags(["-Osize"], .when(configuration: .release)))
}
