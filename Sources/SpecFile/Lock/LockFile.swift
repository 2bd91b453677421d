package import AssetModel
package import Planning

/// assets.lock, as text: what this program writes, and anybody may read as YAML.
///
/// ```yaml
/// version: 1
/// assets:
///   - name: "nlp/classifier"
///     version: "3.1"
///     kind: directory
///     pushed: "2024-03-01T12:00:00Z"
///     digest: "5b1cc3…"
///     dependencies:
///       - {asset: "nlp/tokenizer:1", version: "1.4"}
///     files:
///       - {path: "labels.json", size: 3, sha256: "9f86d0…"}
///       - {path: "weights/a.bin", size: 4096, checksum: "CRC32C:1a2b3c4d"}
/// ```
///
/// - One line a fact, in a fixed order, so that two branches that change different assets merge.
/// - A file has its `sha256`, or until somebody has fetched it the `checksum` that the store tells, or neither. `size` is of
///   the content, in bytes. `pushed` is the store's push date, which the files get as their time.
/// - `digest` is an `EntryDigest`. All entries have one or, in locks of earlier programs, none.
/// - No time of writing, no store, no path of a machine: whoever locks the same versions writes the same bytes.
package enum LockFile {
    /// Of the format, the only one there is.
    static let formatVersion = "1"
    /// Some million files.
    static let maximumSize = 256 << 20
    static let maximumNodes = 40_000_000

    /// - Parameters:
    ///   - file: for diagnostics; it is not opened.
    ///   - mends: whether an entry that a merge mixed is no error, and its version alone is taken.
    package static func read(
        _ bytes: [UInt8], file: String, in system: VersioningSystem, mends: Bool = false
    ) throws(SpecReport) -> Lock {
        // Nearly always it is as it was written; only what somebody edited is read as YAML.
        if let lock = LockScanner.scan(bytes, in: system) { return lock }
        let source = try SourceText(bytes, file: file, maximumSize: maximumSize)
        var diagnostics = DiagnosticList(source: source)
        if let conflict = conflict(in: source) {
            diagnostics.add(.conflict, at: conflict)
            throw diagnostics.report
        }
        let root = YAMLComposer.compose(source, maximumNodes: maximumNodes, reporting: &diagnostics)
        guard let root, diagnostics.isEmpty else { throw diagnostics.report }
        var decoder = LockDecoder(system: system, mends: mends, diagnostics: diagnostics)
        let lock = decoder.lock(root)
        guard let lock, decoder.diagnostics.isEmpty else { throw decoder.diagnostics.report }
        return lock
    }

    package static func text(of lock: Lock) -> String { LockText.text(lock) }

    /// The first line that a merge left.
    private static func conflict(in source: SourceText) -> SourceSpan? {
        let markers = ["<<<<<<< ", ">>>>>>> ", "||||||| "]
        for number in 1...max(1, source.lineCount) {
            let line = source.line(number)
            if markers.contains(where: line.hasPrefix) { return SourceSpan(line: number, column: 1, length: 7) }
        }
        return nil
    }
}

/// Writes a lock.
enum LockText {
    static let heading = """
        # Written by modelkit-assets, and to be committed: it pins what the spec beside it asks for.
        # `modelkit-assets lock` brings it up to date; after a merge conflict, take either side and run that.
        version: 1

        """

    static func text(_ lock: Lock) -> String {
        var text = heading
        guard !lock.assets.isEmpty else { return text + "assets: []\n" }
        text += "assets:\n"
        let digest = EntryDigest()
        for asset in lock.assets {
            text +=
                head(of: asset) + "    digest: \"\(digest.of(asset))\"\n" + dependencies(of: asset) + files(of: asset)
        }
        return text
    }

    static func head(of asset: LockedAsset) -> String {
        "  - name: \(quoted(asset.pin.name.text))\n"
            + "    version: \(quoted(asset.pin.version.text))\n"
            + "    kind: \(asset.kind.rawValue)\n"
            + "    pushed: \(quoted(PushDate.text(asset.pushTime)))\n"
    }

    private static func dependencies(of asset: LockedAsset) -> String {
        guard !asset.dependencies.isEmpty else { return "" }
        return "    dependencies:\n"
            + asset.dependencies.map { dependency in
                let specification = quoted(dependency.specification.description)
                return "      - {asset: \(specification), version: \(quoted(dependency.version.text))}\n"
            }.joined()
    }

    static func files(of asset: LockedAsset) -> String {
        "    files:\n" + asset.files.map { "      - {\(fields($0).joined(separator: ", "))}\n" }.joined()
    }

    private static func fields(_ file: ObjectFacts) -> [String] {
        let stand = file.sha256 == nil ? file.checksum : nil
        return [
            file.path.map { "path: \(quoted($0.text))" }, file.size.map { "size: \($0)" },
            file.sha256.map { "sha256: \(quoted($0.hex))" },
            stand.map { "checksum: \(quoted($0.tagged))" },
        ].compactMap(\.self)
    }

    /// In double quotes, which YAML reads as JSON does.
    static func quoted(_ text: String) -> String {
        guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x22 || $0 == 0x5C || $0 >= 0x7F }) else {
            return "\"\(text)\""
        }
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar.value {
            case 0x22, 0x5C: result += "\\\(scalar)"
            // What YAML does not print, as its own escapes.
            case 0..<0x20, 0x7F..<0xA0, 0x2028, 0x2029, 0xFEFF: result += "\\u" + hexadecimal(scalar.value, digits: 4)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
