import AssetModel
import Planning
import SpecFile
import Testing

/// What a manifest holds of what was written.
struct ManifestTests {
    private func whole() throws -> Manifest { try Corpus.read(try Corpus.bytes("accepted/whole.yaml")) }

    @Test("storage settings know their value and their place")
    func storage() throws {
        let manifest = try whole()
        let place = { Provenance.file(SourceLocation(file: "assets.yaml", line: $0, column: $1)) }
        var expected = StorageSection()
        expected.provider = Setting("s3", from: place(5, 13))
        expected.bucket = Setting("acme-models", from: place(6, 11))
        expected.prefix = Setting("modelkit-assets", from: place(7, 11))
        expected.region = Setting("eu-west-1", from: place(8, 11))
        expected.endpoint = Setting("http://localhost:9000", from: place(9, 13))
        #expect(manifest.storage == expected)
        #expect(manifest.versioning == Setting(.majorMinor, from: place(11, 13)))
        #expect(manifest.duplicates == Setting(.allow, from: place(12, 13)))
    }

    @Test("entries hold all that was written of them, in order")
    func entries() throws {
        let entries = try whole().entries
        #expect(
            entries.map(\.specification.description) == [
                "nlp/tokenizer:1.4", "nlp/lexicon:1[en/words.txt]", "nlp/classifier:>=3.1, <4", "vision/weights:2.1",
            ])
        #expect(entries[2].dependsOn.map(\.specification.description) == ["nlp/tokenizer:1"])
        #expect(entries[2].groups == ["serving"])
        #expect(entries[3].selection.include.map(\.pattern) == ["fp16/**"])
        #expect(entries[3].selection.exclude.map(\.pattern) == ["**/*.onnx"])
        #expect(entries[3].sha256?.hex == "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")
    }

    @Test("an entry's place is its specification string or its name, a dependency's its own string")
    func places() throws {
        let entries = try whole().entries
        #expect(
            entries.map { $0.excerpt?.location.description } == [
                "assets.yaml:15:5", "assets.yaml:16:5", "assets.yaml:17:11", "assets.yaml:21:11",
            ])
        #expect(entries.map { $0.excerpt?.length } == [17, 27, 14, 14])
        #expect(entries[0].excerpt?.line == "  - nlp/tokenizer:1.4")
        #expect(entries[2].dependsOn[0].excerpt?.location.description == "assets.yaml:19:18")
    }

    @Test("scalars are read as they are written")
    func scalars() throws {
        let entries = try Corpus.read(try Corpus.bytes("accepted/scalars-as-written.yaml")).entries
        #expect(
            entries.map(\.specification.description) == [
                "1.10:1.10", "no", "1e3", "0x10", "2024-01-01", "true", "yes:007", "12:1",
            ])
        #expect(entries[6].groups == ["on", "1", "0o7", "1e3"])
    }

    @Test("nothing is as if the key was not there")
    func nothing() throws {
        for name in ["nothing", "empty-texts"] {
            let manifest = try Corpus.read(try Corpus.bytes("accepted/\(name).yaml"))
            #expect(manifest.storage.bucket == nil)
            #expect(manifest.storage.endpoint == nil)
            #expect(manifest.storage.anonymous == nil)
            #expect(manifest.versioning == nil)
            #expect(manifest.duplicates == nil)
            #expect(manifest.entries.map(\.requirement) == [.latest])
            #expect(manifest.entries[0].sha256 == nil)
        }
    }

    @Test("an empty prefix is the store's root")
    func emptyPrefix() throws {
        #expect(try Corpus.read(try Corpus.bytes("accepted/empty-texts.yaml")).storage.prefix?.value == "")
        #expect(try Corpus.read(try Corpus.bytes("accepted/nothing.yaml")).storage.prefix == nil)
    }

    @Test("variables are replaced, and what they hold is not read again")
    func variables() throws {
        let manifest = try Corpus.read(try Corpus.bytes("accepted/variables.yaml"))
        #expect(manifest.storage.provider?.value == "gcs")
        #expect(manifest.storage.bucket?.value == "acme-models")
        #expect(manifest.storage.prefix?.value == "team-$1/tokenizer")
        #expect(
            manifest.entries.map(\.specification.description) == [
                "nlp/tokenizer:2.1", "nlp/lexicon:1[$/words.txt]", "tokenizer:2.1",
            ])
        #expect(manifest.entries[2].groups == ["tokenizer", "serving"])
        #expect(manifest.entries[2].selection.include.map(\.pattern) == ["$data/**", "tokenizer/*"])
        let held = try Corpus.read(Array("version: 1\nstorage: {bucket: \"${DOLLAR}\"}\nassets: []".utf8))
        #expect(held.storage.bucket?.value == "${NAME}")
    }

    @Test("a versioning system from outside beats the file's")
    func versioningOverride() throws {
        let text = Array("version: 1\nversioning: major_minor\nassets: [a:2024-03-01T12-30-00Z]".utf8)
        let context = SpecContext(versioning: .simpleDate)
        let manifest = try SpecFile.read(text, file: "assets.yaml", context: context)
        #expect(manifest.entries[0].requirement.exactVersion?.text == "2024-03-01T12-30-00Z")
        #expect(manifest.versioning?.value == .majorMinor)
        #expect(throws: SpecReport.self) { try SpecFile.read(text, file: "assets.yaml") }
    }

    @Test("one mistake in `versioning` does not become one for each version")
    func versioningMistake() {
        let found = Corpus.diagnostics("version: 1\nversioning: x\nassets: [a:1, b:2024-03-01T12-30-00Z, 'c:?']")
        #expect(found.map(\.code) == ["versioning", "version"])
    }

    @Test("an alias gives what its anchor stands at")
    func aliases() throws {
        let entries = try Corpus.read(try Corpus.bytes("accepted/aliases.yaml")).entries
        #expect(entries[1].groups == ["serving", "batch"])
        #expect(entries[1].selection.include.map(\.pattern) == ["**/*.txt"])
        #expect(entries[3].dependsOn.map(\.specification.description) == ["nlp/words:1"])
    }
}
