import AssetModel
import Planning
import Testing

@testable import SpecFile

/// What `init` writes of a store is read as what was typed, by this program and by other readers of YAML.
@Suite struct StorageTextTests {
    @Test(
        "what is written is read back",
        arguments: [
            "acme-models", "007", "2024-01-01", "yes", "null", "a ${b}: #c", "../models", ".", "/srv/a \"b\" \\ c",
            "- a",
            "[x]", "é", "a:", "'", "*a", "&a", "!a", "%a", "@a", "`a`", "~", "", "{a}",
        ])
    func isReadBack(text: String) throws {
        var storage = StorageSection()
        storage.provider = Setting("s3", from: .builtIn)
        if !text.isEmpty { storage.bucket = Setting(text, from: .builtIn) }
        storage.prefix = Setting(text, from: .builtIn)
        storage.endpoint = Setting("http://127.0.0.1:9000", from: .builtIn)
        storage.anonymous = Setting(true, from: .builtIn)
        let lines = StorageText.lines(of: storage, .simpleDate)
        let spec = Array((["version: 1"] + lines + ["assets: []", ""]).joined(separator: "\n").utf8)
        let read = try SpecFile.read(spec, file: "assets.yaml", context: SpecContext())
        #expect(read.storage.provider?.value == "s3")
        #expect(read.storage.bucket?.value == (text.isEmpty ? nil : text))
        #expect(read.storage.prefix?.value == text)
        #expect(read.storage.endpoint?.value == "http://127.0.0.1:9000")
        #expect(read.storage.anonymous?.value == true)
        #expect(read.versioning?.value == .simpleDate)
    }

    @Test("nothing is written of nothing, and what could be a number or a truth value stands in quotes")
    func forms() {
        #expect(StorageText.lines(of: StorageSection(), nil) == [])
        var storage = StorageSection()
        storage.bucket = Setting("007", from: .builtIn)
        storage.prefix = Setting("Off", from: .builtIn)
        storage.region = Setting("eu-west-1", from: .builtIn)
        let lines = ["storage:", "  bucket: \"007\"", "  prefix: \"Off\"", "  region: eu-west-1"]
        #expect(StorageText.lines(of: storage, nil) == lines)
    }
}
