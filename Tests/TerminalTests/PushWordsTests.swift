import AssetModel
import FileSystem
import Glibc
import ObjectStore
import Operations
import Publishing
import Testing
import Words

@testable import AssetsCommand

@Suite("words for pushes")
struct PushWordsTests {
    private let failure = FileError(path: "/srv/words", attempt: .open, code: EACCES)
    private let address = "s3://acme-models/nlp/lexicon.versions"

    @Test("whatever keeps a version from being pushed")
    func push() throws {
        let versions = ["1.4", "1.3"].compactMap { VersioningSystem.majorMinor.version($0) }
        let dependency = try AssetSpecification(parsing: "nlp/tokenizer:2", in: .majorMinor)
        let (name, base) = (try AssetName("nlp/lexicon"), try pin("nlp/lexicon:1.4"))
        let publishing: [PublishError] = [
            .exists(name, "s3://acme-models"), .missing(name, "s3://acme-models", nearest: nil),
            .missing(name, "s3://acme-models", nearest: "nlp/lexicons"),
            .noMajor(name, VersionComponent(digits: "7"), versions), .tooManyWriters(address), .notKept(address),
            .tooManyFiles(20_000_000),
        ]
        let faults: [PushFault] =
            [
                .name(.emptyComponent, text: "nlp//lexicon"), .noMajorVersions, .namesMajor("nlp/lexicon:1"),
                .notMajor("1.x"), .dependency(dependency, from: nil, known: nil, store: "s3://acme-models"),
                .dependency(dependency, from: nil, known: versions, store: "s3://acme-models"),
                .dependency(dependency, from: base, known: nil, store: "s3://acme-models"),
                .dependency(dependency, from: base, known: versions, store: "s3://acme-models"),
                .inheritance(
                    base, StoreError(.notFound, operation: .get, address: "s3://acme-models/nlp/lexicon/1.4.meta")),
                .noObject(address: "s3://acme-models", scheme: "s3"), .sourceChanged(place: "/srv/words"),
                .temporaryFolder(FileError(path: "/tmp", attempt: .writeTo, code: ENOSPC)),
            ] + sources.map { .source($0) } + publishing.map { .publishing($0) }
        let told = [[], [dependency], [dependency, dependency]].flatMap { needed in
            [nil, base].map { "pushed 1 file\(pushWords(dependencies: needed, inheritedFrom: $0))\n" }
        }
        let problems = goldenText(faults.map { Problem($0) } + [.declined, .notConfirmed])
        try expectGolden(problems + "\n" + told.joined(), "words-push.txt")
    }

    @Test("a store that refuses a push, with what pushing takes", arguments: ["s3", "gcs", "local"])
    func refused(provider: String) throws {
        var flags = SettingFlags()
        flags.provider = .flag("--provider", provider)
        flags.bucket = .flag("--bucket", "acme-models")
        let settings = try Settings(flags: flags, environment: ProcessEnvironment([:]), manifest: nil)
        let error = StoreError(.permissionDenied, operation: .put, address: address, detail: "Permission denied")
        try expectGolden(goldenText([Problem(.refused(error, settings))]), "words-push-refused-\(provider).txt")
    }

    private var sources: [PushSourceFault] {
        [
            .file(failure), .emptyFolder("/srv/words/empty"), .special("/srv/words/socket"),
            .link("/srv/words/link"), .path("/srv/words/.SUCCESS", .reserved), .encoding("/srv/words/\\xFF"),
            .contentOfFolder("s3://acme-raw/words/"), .objectAndFolder("s3://acme-raw/words"),
        ]
    }
}
