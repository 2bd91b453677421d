import AssetModel
import Planning
import Testing

@testable import SpecFile

@Suite("assets.lock")
struct LockFileTests {
    static let text =
        LockText.heading + """
            assets:
              - name: "nlp/classifier"
                version: "3.1"
                kind: directory
                pushed: "2024-03-01T12:00:00Z"
                digest: "1ccc34c9867fdf1ea1761c5afccfbf95e04f3b97ff335d36feaa9e44add931b6"
                dependencies:
                  - {asset: "nlp/tokenizer:1", version: "1.10"}
                files:
                  - {path: "caf\u{E9} \\"x\\"", size: 0}
                  - {path: "labels.json", size: 3, sha256: "\(String(repeating: "ab", count: 32))"}
                  - {path: "weights/a.bin", size: 4096, checksum: "CRC32C:1a2b3c4d"}
              - name: "nlp/tokenizer"
                version: "1.10"
                kind: file
                pushed: "1969-12-31T23:59:59Z"
                digest: "8df1da25a26aa12c890e79510cdac2bfddba9912d1a89fe6914ba5b177adc2c2"
                files:
                  - {size: 10, checksum: "SHA-1:\(String(repeating: "0f", count: 20))"}

            """

    /// The same without what only YAML reads.
    static let plain = text.replacing("caf\u{E9} \\\"x\\\"", with: "cafe")
        .replacing(
            "1ccc34c9867fdf1ea1761c5afccfbf95e04f3b97ff335d36feaa9e44add931b6",
            with: "b46c8dd5f531ac78356a8f0da02dd033c5bc842486b48119e4c37db160125b57")

    private func read(_ text: String) throws(SpecReport) -> Lock {
        try LockFile.read(Array(text.utf8), file: "assets.lock", in: .majorMinor)
    }

    /// Code and line of each diagnostic.
    private func faults(_ text: String) -> [String] {
        do {
            _ = try read(text)
            return []
        } catch {
            return error.diagnostics.map { "\($0.code) at \($0.excerpt?.location.line ?? 0): \($0.message)" }
        }
    }

    @Test func `what was read is written again, byte for byte`() throws {
        let lock = try read(Self.text)
        #expect(LockFile.text(of: lock) == Self.text)
        #expect(lock.assets.map(\.pin.description) == ["nlp/classifier:3.1", "nlp/tokenizer:1.10"])
        #expect(lock.assets[0].dependencies.map(\.pin.description) == ["nlp/tokenizer:1.10"])
        #expect(lock.assets[0].files.map(\.size) == [0, 3, 4096])
        #expect(lock.assets[0].files[0].path?.text == "caf\u{E9} \"x\"")
        #expect(lock.assets[1].pushTime == -1)
        #expect(lock.assets[1].files[0].checksum?.algorithm == .sha1)
    }

    @Test func `an empty lock`() throws {
        #expect(try read(LockFile.text(of: .empty)) == .empty)
    }

    @Test func `what stands as it was written is read without YAML`() throws {
        let scanned = try #require(LockScanner.scan(Array(Self.plain.utf8), in: .majorMinor))
        #expect(LockFile.text(of: scanned) == Self.plain)
    }

    @Test func `what somebody rewrote as other YAML is the same lock`() throws {
        let rewritten = """
            assets:
            - {version: '1.10', name: nlp/tokenizer, pushed: 1969-12-31T23:59:59Z, kind: file, files: [{size: 10,
               checksum: 'SHA-1:\(String(repeating: "0f", count: 20))'}]}
            - name: nlp/classifier
              version: 3.1
              kind: directory
              pushed: 2024-03-01T12:00:00Z
              dependencies: [{asset: nlp/tokenizer:1, version: 1.10}]
              files:
              - {path: weights/a.bin, size: 4096, checksum: CRC32C:1a2b3c4d}
              - {path: "caf\\u00e9 \\"x\\"", size: 0}
              - {path: labels.json, sha256: "\(String(repeating: "AB", count: 32))", size: 3}
            version: 1
            """
        #expect(try read(rewritten) == read(Self.undigested(Self.text)))
    }

    /// Wherever the scanner takes a text that was changed in some place, YAML takes it for the same.
    @Test func `the scanner and YAML never differ`() throws {
        // Without digests, as a change would not be taken with them.
        let plain = Array(Self.undigested(Self.plain).utf8)
        var scanned = 0
        for place in plain.indices {
            for byte in Array("\n 1x\":{".utf8) {
                var changed = plain
                changed[place] = byte
                guard let lock = LockScanner.scan(changed, in: .majorMinor) else { continue }
                scanned += 1
                let source = try SourceText(changed, file: "assets.lock")
                var diagnostics = DiagnosticList(source: source)
                let root = try #require(YAMLComposer.compose(source, reporting: &diagnostics))
                var decoder = LockDecoder(system: .majorMinor, diagnostics: diagnostics)
                #expect(decoder.lock(root) == lock && decoder.diagnostics.isEmpty, "byte \(place)")
            }
        }
        #expect(scanned > 300)
    }

    private static func undigested(_ text: String) -> String {
        text.split(separator: "\n").filter { !$0.hasPrefix("    digest: ") }.map { $0 + "\n" }.joined()
    }

    @Test func `a lock without digests is read, and written with them`() throws {
        for text in [Self.text, Self.plain] {
            let lock = try read(Self.undigested(text))
            #expect(!lock.hasDigests && lock.mixed.isEmpty)
            #expect(LockFile.text(of: lock) == text)
        }
    }

    /// Whatever of an entry changes, its digest does not fit any more, but for the version that is chosen for a dependency.
    @Test func `a change of an entry is noticed`() throws {
        let lines = Self.plain.split(separator: "\n", omittingEmptySubsequences: false)
        var noticed = 0
        for (number, line) in lines.enumerated() where line.hasPrefix("      - {") {
            var without = lines
            without.remove(at: number)
            #expect(faults(without.joined(separator: "\n")) != [], "line \(number + 1)")
            noticed += 1
        }
        #expect(noticed == 5)
        for (old, new) in [
            ("\"3.1\"", "\"3.2\""), ("12:00:00", "12:00:01"), ("size: 0", "size: 1"), ("size: 4096", "size: 4095"),
            ("1a2b3c4d", "1a2b3c4e"), ("labels.json", "labels.jsox"), ("tokenizer:1\"", "tokenizer\""),
            ("\"abab", "\"acab"),
        ] {
            let mixed = "`nlp/classifier:\(new == "\"3.2\"" ? "3.2" : "3.1")` does not match its digest"
            let found = faults(Self.plain.replacing(old, with: new, maxReplacements: 1))
            #expect(
                found.count == 1 && found.first?.hasPrefix("lock-mixed at 5: the entry of \(mixed)") == true, "\(new)")
        }
        #expect(faults(Self.plain.replacing("version: \"1.10\"}", with: "version: \"1.11\"}")) == [])
    }

    @Test func `a mixed entry leaves its version where that is asked for`() throws {
        let text = Self.plain.replacing("size: 4096", with: "size: 4095")
        let lock = try LockFile.read(Array(text.utf8), file: "assets.lock", in: .majorMinor, mends: true)
        #expect(lock.mixed.map(\.description) == ["nlp/classifier:3.1"])
        #expect(lock.assets.map(\.pin.description) == ["nlp/tokenizer:1.10"])
        #expect(lock.hasDigests)
    }

    @Test func `merge conflicts, newer versions and damage each have their message`() {
        let conflict = Self.text.replacing(
            "    kind: directory\n", with: "<<<<<<< HEAD\n    kind: directory\n=======\n")
        #expect(faults(conflict) == ["merge-conflict at 7: unresolved merge conflict"])
        #expect(
            faults(Self.text.replacing("version: 1\n", with: "version: 2\n"))
                == ["lock-version at 3: unsupported lockfile version `2`"])
        #expect(faults(String(Self.text.prefix(300))).map { $0.prefix(4) } == ["yaml"])
        #expect(faults("").count == 1)
        #expect(faults("[]") == ["lock at 1: wrong type of the lockfile: a list"])
    }

    static let damages: [(String, String, String)] = [
        ("version: \"3.1\"", "version: \"3.x\"", "lock at 6: invalid `version` `3.x`"),
        ("nlp/classifier", "../x", "lock at 5: invalid `name` `../x`"),
        ("kind: directory", "kind: folder", "lock at 7: invalid `kind` `folder`"),
        ("kind: directory", "size: 3", "unknown-key at 7: unknown key `size` in an asset of the lockfile"),
        ("size: 3", "size: -3", "lock at 14: invalid `size` `-3`"),
        ("weights/a.bin", "../a.bin", "lock at 15: invalid `path` `../a.bin`"),
        ("CRC32C:1a2b3c4d", "CRC32C:1a2b3c", "lock at 15: invalid `checksum` `CRC32C:1a2b3c`"),
        ("2024-03-01T12:00:00Z", "yesterday", "lock at 8: invalid `pushed` `yesterday`"),
        ("nlp/tokenizer:1\"", "nlp tokenizer\"", "lock at 11: invalid `asset` `nlp tokenizer`"),
        (
            "\"nlp/tokenizer\"\n", "\"nlp/classifier\"\n",
            "lock at 16: invalid `files` of `nlp/classifier:1.10` for a file"
        ),
    ]

    @Test(arguments: damages)
    func `damage is told with its place`(old: String, new: String, expected: String) {
        var text = Self.text.replacing(old, with: new, maxReplacements: 1)
        if old.hasSuffix("\n") { text = text.replacing("{size: 10, ", with: "{path: x, ") }
        #expect(faults(text).contains(expected), "\(faults(text))")
    }
}
