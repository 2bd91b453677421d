import AssetModel
import Catalog
import FileSystem
import Glibc
import ObjectStore
import Registry
import StoreTransport
import Testing
import Words
@testable import SpecFile

@testable import AssetsCommand
@testable import Execution
@testable import Operations
@testable import Planning

@Suite("words for settings, stores, specs and the cache")
struct SettingWordsTests {
    private let failure = FileError(path: "/srv/cache", attempt: .open, code: EACCES)
    private let name = try? AssetName("nlp/lexicon")

    private func setting(_ value: String, in file: Bool = false) -> Setting<String> {
        file
            ? Setting(value, from: .file(SourceLocation(file: "assets.yaml", line: 4, column: 3)))
            : Setting(value, from: .environment("SOME_VARIABLE"))
    }

    @Test("settings that cannot be used")
    func settings() throws {
        let faults: [SettingFault] = [
            .unknownProvider(setting("s4")), .unknownProvider(setting("ftp", in: true)),
            .unknownVersioning(setting("majorminor")), .bucketIsAddress(setting("s3://acme-models"), .s3),
            .bucketIsAddress(setting("gs://acme-models"), .gcs), .notTruth(setting("maybe"), variable: "SOME_VARIABLE"),
            .notSeconds(setting("soon"), .lockTimeout), .notSeconds(setting("soon"), .sourceDate),
            .notSeconds(setting("soon"), .storageTimeout), .notRate(setting("fast")),
        ]
        let configurations = [
            ConfigurationFault(
                ConnectionSettingFault.invalidEndpoint(shown: "a", meant: "https://a"), place: .flag("--endpoint")),
            ConfigurationFault(ConnectionSettingFault.noCertificateFile("/a.pem")),
        ]
        let problems = faults.map { Problem($0) } + configurations.map { Problem($0) }
        try expectGolden(goldenText(problems), "words-settings.txt")
    }

    @Test("directories and stores that cannot be opened, and assets that are not there")
    func stores() throws {
        let directories: [DirectoryFault] = [
            .notSet(canBeMade: false), .notSet(canBeMade: true),
            .unusable(FileError(path: "/a", attempt: .open, code: ENOENT), setting("/a"), canBeMade: true),
            .unusable(failure, setting("/srv/cache"), canBeMade: false), .noFileLocks(failure),
        ]
        let openings: [StoreOpeningFault] = [
            .noStore, .noBucket(Setting(.s3, from: .flag("--provider"))),
            .folder(StoreError(.notFound, operation: .open, address: "/a", detail: "No such file"), setting("/a")),
            .nothingToFetchFrom, .isAssetsDirectory(path: "/srv/assets"),
        ]
        let versions = ["1.4", "1.3"].compactMap { VersioningSystem.majorMinor.version($0) }
        let name = try #require(name)
        let wanted = try AssetSpecification(parsing: "nlp/lexicon:2", in: .majorMinor)
        let assets: [AssetFault] =
            [
                .unknown(name, store: "s3://acme-models", nearest: "nlp/lexica"),
                .unknown(name, store: "s3://acme-models", nearest: nil), .noVersion(wanted, known: versions),
            ]
            + [
                .name(.emptyComponent, text: "nlp//lexicon"), .version(text: "x"), .subPart(.absolute, text: "/en"),
                .bracket,
            ].map { .specification($0, text: "nlp/lexicon", .majorMinor) }
        let problems =
            directories.map { Problem($0) } + openings.map { Problem($0) } + [.noBucketForPolicy]
            + assets.map { Problem($0) }
        try expectGolden(goldenText(problems), "words-opening.txt")
    }

    @Test("every cause of a store error is its reason")
    func causes() throws {
        let causes: [StoreError.Cause] = [
            .noCredentials, .unusableCredentials(AnyErrorDetail("the token has expired")),
            .rejectedCredentials(by: "S3", code: "SignatureDoesNotMatch", status: 403), .anonymous,
            .noBucket("acme-modles"),
            .invalidBucket("Acme"), .otherRegion, .offline, .unreachable, .foreignPage, .failing,
        ]
        let problems = causes.map { cause in
            var error = StoreError(
                .unauthenticated, operation: .get, address: "s3://acme-models/nlp/lexicon/2.0", detail: "")
            error.cause = cause
            return Problem(error)
        }
        try expectGolden(goldenText(problems), "words-store-causes.txt")
    }

    @Test("specs, and what is edited in them")
    func specs() throws {
        let missing = FileError(path: "assets.yaml", attempt: .open, code: ENOENT)
        let name = try #require(name)
        let (old, new) = (
            try AssetSpecification(parsing: "nlp/lexicon:1", in: .majorMinor),
            try AssetSpecification(parsing: "nlp/lexicon:2", in: .majorMinor)
        )
        let files: [SpecFileFault] = [
            .standardInput, .unreadable(missing, path: "assets.yaml"),
            .unreadable(missing, path: "assets.yaml", above: "../assets.yaml"),
            .unreadable(missing, path: "deploy/assets.yaml"), .unreadable(missing, path: "nlp/tokenizer:1.4"),
            .unreadable(failure, path: "assets.yaml"),
            .unwritable(failure, path: "assets.yaml"),
            .layout(SpecEditFault(line: "- nlp/lexicon:2"), path: "assets.yaml"),
            .layout(SpecEditFault(line: nil), path: "assets.yaml"),
        ]
        let edits: [EditFault] = [
            .severalEntries(name, lines: [4, 9], path: "assets.yaml"),
            .noEntry("nlp/lexcon", path: "assets.yaml", nearest: "nlp/lexicon"),
            .noEntry("x", path: "assets.yaml", nearest: nil),
            .unknownAsset("nlp/lexcon", path: "assets.yaml", nearest: "nlp/lexicon"),
            .requirement(.notAVersion("x"), .majorMinor), .requirement(.notAComparator("1.2 1.3"), .majorMinor),
        ]
        let lines = ([.added(new), .changed(old, to: new), .removed(old)] as [SpecEdit]).map {
            $0.line(in: "assets.yaml")
        }
        let problems = goldenText(files.map { Problem($0) } + edits.map { Problem($0) })
        let told = (lines + (try later())).map { $0 + "\n" }.joined()
        try expectGolden(problems + "\n" + told + "\n" + offers(), "words-spec.txt")
    }

    /// What `add` and `upgrade` say of versions that are kept out.
    private func later() throws -> [String] {
        let specification = try AssetSpecification(parsing: "nlp/lexicon:2", in: .majorMinor)
        let entry = Demand(specification: specification, chain: [.entry("nlp/lexicon:2", line: 4)], excerpt: nil)
        let asset = Demand(
            specification: specification,
            chain: [.entry("nlp/classifier:1", line: 5), .asset(try pin("nlp/classifier:1.0"))],
            excerpt: nil)
        let versions = try [entry, asset].map { LaterVersion(pin: try pin("nlp/lexicon:3.0"), demand: $0) }
        return versions.lines + Array(repeating: versions[0], count: 6).lines
    }

    /// What `init` says of the store.
    private func offers() -> String {
        let assets = ["nlp/lexicon", "nlp/classifier-multilingual-large"].compactMap { try? AssetName($0) }.compactMap {
            name in
            VersioningSystem.majorMinor.version("2.3").map { OfferedAsset(name, latest: $0, in: .majorMinor) }
        }
        let offers: [StoreOffer] = [
            .noStore, .assets([], store: "s3://acme-models", hasMore: false),
            .assets(assets, store: "s3://acme-models", hasMore: false),
            .assets(assets, store: "s3://acme-models", hasMore: true), .late(store: "s3://acme-models"),
            .failed(Faults(.opening(.noStore))),
        ]
        let projects = [nil, Provenance.environment("S3_ENDPOINT")].map {
            ProjectStore(lines: [], unwrittenEndpoint: $0)
        }
        let lines = offers.flatMap { [$0.remark(in: "assets.yaml")].compactMap(\.self) + $0.comments }
        return (lines + projects.compactMap(\.remark)).map { $0 + "\n" }.joined()
    }

    @Test("the cache, limits, malformed objects, and warnings")
    func others() throws {
        let pin = try pin("nlp/lexicon:2.0")
        let caches: [CacheOpeningFault] = [
            .noCache, .noArchive("assets.tar"), .isEmpty("/srv/cache"),
            .notACache(failure, setting("/srv/cache"), isToBeFilled: true),
            .notACache(failure, setting("/srv/cache"), isToBeFilled: false),
        ]
        let catalog: [CatalogError] = [
            .malformed(address: "s3://acme-models/nlp/lexicon.versions", .notJSON("<html")),
            .unsafePath(address: "s3://acme-models/nlp/lexicon/2.0.meta", path: "../a", .path(.absolute)),
            .noStore,
        ]
        let content = StepContent(kind: .file, pushTime: 0, objects: [ObjectFacts(path: nil, size: 34_100_000)])
        let step = Step(pin: pin, action: .fetch, content: content)
        let excess = DownloadExcess(Plan(steps: [step], entries: []), over: 1_000_000)
        let shortfall = SpaceCheck.Shortfall(path: "/srv/assets", needed: 34_100_000, free: 1_000_000)
        let problems =
            caches.map { Problem($0) } + catalog.map { Problem($0) }
            + Problem.all(of: .tooLarge(excess)) + [Problem(shortfall)]
        let damages: [CacheFault] = [
            .damaged(path: "/srv/cache/a", otherLinks: 0), .damaged(path: "/srv/cache/a", otherLinks: 1),
            .damaged(path: "/srv/cache/a", otherLinks: 2, isRemoved: false), .unusable(failure), .notAdded(failure),
        ]
        let part = try AssetSpecification(parsing: "nlp/lexicon:2[en]", in: .majorMinor)
        let demand = Demand(
            specification: part, chain: [.entry("nlp/lexicon:2[en]", line: 4)], excerpt: nil)
        let warnings: [OperationWarning] = [
            .resolution(.modelkitPart(demand)), .resolution(.unlocked([pin.name], lock: "assets.lock")),
            .altered(pin, try RelativePath("en")), .altered(pin, nil), .inUse(pin),
            .cannotPull(try RegistryReference("registry.example/team/assets:1")),
            .notLocked(pin), .unpinned(1, lock: "assets.lock"),
            .unpinned(2, lock: "assets.lock"),
            .lockNotAttached(try RegistryReference("registry.example/team/assets:1"), Faults(.opening(.noStore))),
            .holds(pin, inner: try self.pin("nlp/lexicon/2.0/words:1.0")),
        ]
        let unchecked = StoreError(.unavailable, operation: .head, address: "s3://acme-models/a", detail: "no answer")
        let lines =
            damages.map(\.words) + damages.prefix(3).map(\.exportWords) + warnings.sentences
            + ExecutionWords.unchecked([unchecked])
            + ExecutionWords.unchecked([unchecked, unchecked, unchecked])
        try expectGolden(goldenText(problems) + "\n" + lines.map { $0 + "\n" }.joined(), "words-others.txt")
    }

    private func pin(_ text: String) throws -> AssetPin { try TerminalTests.pin(text) }
}
