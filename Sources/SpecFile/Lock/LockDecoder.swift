internal import AssetModel
internal import Planning

/// From YAML's tree to a lock. Goes on after a mistake, so that all of a file's are reported at once.
struct LockDecoder {
    private let system: VersioningSystem
    private let mends: Bool
    private let digests = EntryDigest()
    var diagnostics: DiagnosticList

    /// - Parameter mends: whether an entry that a merge mixed is no error, and its version alone is taken.
    init(system: VersioningSystem, mends: Bool = false, diagnostics: DiagnosticList) {
        self.system = system
        self.mends = mends
        self.diagnostics = diagnostics
    }

    mutating func lock(_ root: YAMLNode) -> Lock? {
        guard let fields = fields(root, as: LockKey.self, .lock), isOfThisVersion(fields, root) else {
            return nil
        }
        guard let pair = fields[.assets] else {
            diagnostics.add(.missingInLock("assets", .assets), at: root.span)
            return nil
        }
        guard let items = pair.value.items else {
            wrongType(pair.value, .key("assets"), .assets)
            return nil
        }
        var entries: [Entry] = []
        var places: [AssetPin: Int] = [:]
        for item in items {
            guard let entry = entry(item) else { continue }
            if let line = places.updateValue(item.span.line, forKey: entry.asset.pin) {
                diagnostics.add(.lockedTwice(entry.asset.pin, line: line), at: item.span)
            }
            entries.append(entry)
        }
        return lock(of: entries)
    }

    private struct Entry {
        let asset: LockedAsset
        let digest: SHA256Digest?
        let span: SourceSpan
    }

    private mutating func lock(of entries: [Entry]) -> Lock {
        let hasDigests = entries.contains { $0.digest != nil } || entries.isEmpty
        var (whole, mixed): ([LockedAsset], [AssetPin]) = ([], [])
        for entry in entries {
            if !hasDigests || entry.digest == digests.of(entry.asset) {
                whole.append(entry.asset)
            } else {
                mixed.append(entry.asset.pin)
                if !mends { diagnostics.add(.mixed(entry.asset.pin), at: entry.span) }
            }
        }
        var lock = Lock(assets: whole)
        (lock.mixed, lock.hasDigests) = (mixed, hasDigests)
        return lock
    }

    private mutating func isOfThisVersion(_ fields: Fields<LockKey>, _ root: YAMLNode) -> Bool {
        guard let text = text(fields[.version], "version", in: root, .formatVersion) else {
            return false
        }
        guard text.value == LockFile.formatVersion else {
            diagnostics.add(.lockVersion(text.value), at: text.span)
            return false
        }
        return true
    }

    private mutating func entry(_ node: YAMLNode) -> Entry? {
        guard let fields = fields(node, as: LockedAssetKey.self, .asset) else { return nil }
        let name = value(fields[.name], "name", in: node, .name) { try? AssetName($0) }
        let version = value(fields[.version], "version", in: node, .version(system)) {
            [system] in system.version($0)
        }
        let kind = value(fields[.kind], "kind", in: node, .kind) { AssetKind(rawValue: $0) }
        let pushed = value(fields[.pushed], "pushed", in: node, .pushTime) {
            PushDate.seconds($0)
        }
        let digest = fields[.digest].flatMap {
            value($0, "digest", in: node, .digest) { SHA256Digest(hex: $0) }
        }
        let dependencies = items(fields[.dependencies]).compactMap { dependency($0) }
        let files = items(fields[.files]).compactMap { file($0) }.sorted(by: Self.order)
        guard let name, let version, let kind, let pushed else { return nil }
        let isWhole = kind == .file ? files.map(\.path) == [nil] : !files.isEmpty && files.allSatisfy { $0.path != nil }
        if !isWhole {
            diagnostics.add(.lockedFiles(of: AssetPin(name: name, version: version), kind), at: node.span)
        }
        let asset = LockedAsset(
            pin: AssetPin(name: name, version: version), kind: kind, pushTime: pushed,
            dependencies: dependencies.sorted { $0.pin < $1.pin }, files: files)
        return Entry(asset: asset, digest: digest, span: node.span)
    }

    private mutating func dependency(_ node: YAMLNode) -> LockedDependency? {
        guard let fields = fields(node, as: LockedDependencyKey.self, .lockedDependency) else { return nil }
        let specification = value(fields[.asset], "asset", in: node, .specification) {
            [system] in try? AssetSpecification(parsing: $0, in: system)
        }
        let version = value(fields[.version], "version", in: node, .version(system)) {
            [system] in system.version($0)
        }
        guard let specification, let version else { return nil }
        return LockedDependency(specification, is: version)
    }

    private mutating func file(_ node: YAMLNode) -> ObjectFacts? {
        guard let fields = fields(node, as: LockedFileKey.self, .lockedFile) else { return nil }
        var file = ObjectFacts(path: nil)
        if let pair = fields[.path] {
            guard let path = value(pair, "path", in: node, .path, { try? RelativePath($0) }) else {
                return nil
            }
            file = ObjectFacts(path: path)
        }
        file.size = fields[.size].flatMap { value($0, "size", in: node, .size) { Self.size($0) } }
        file.sha256 = fields[.sha256].flatMap {
            value($0, "sha256", in: node, .digest) { SHA256Digest(hex: $0) }
        }
        file.checksum = fields[.checksum].flatMap {
            value($0, "checksum", in: node, .checksum) {
                ObjectChecksum(tagged: $0)
            }
        }
        return file
    }

    private static func order(_ left: ObjectFacts, _ right: ObjectFacts) -> Bool {
        guard let left = left.path, let right = right.path else { return false }
        return left < right
    }

    private static func size(_ text: String) -> Int64? {
        Int64(text).flatMap { (0...ByteSum.largestObject).contains($0) ? $0 : nil }
    }

    // MARK: Pieces

    private mutating func fields<Key: SpecKey>(_ node: YAMLNode, as: Key.Type, _ subject: SpecSubject) -> Fields<Key>? {
        guard let pairs = node.pairs else {
            wrongType(node, subject, .mapping(Key.words))
            return nil
        }
        var fields = Fields<Key>()
        for pair in pairs where !fields.take(pair) {
            diagnostics.add(.unknownKey(pair, among: Key.words, in: Key.place), at: pair.keySpan)
        }
        return fields
    }

    private mutating func items(_ pair: YAMLPair?) -> [YAMLNode] {
        guard let pair, !pair.value.isNull else { return [] }
        guard let items = pair.value.items else {
            wrongType(pair.value, .key(pair.key), .list)
            return []
        }
        return items
    }

    /// - Parameter node: what the pair belongs to.
    private mutating func text(
        _ pair: YAMLPair?, _ key: String, in node: YAMLNode, _ expected: LockValue
    ) -> (value: String, span: SourceSpan)? {
        guard let pair else {
            diagnostics.add(.missingInLock(key, .lockValue(expected)), at: node.span)
            return nil
        }
        guard case .scalar(let text) = pair.value.content else {
            wrongType(pair.value, .key(key), .lockValue(expected))
            return nil
        }
        return (text, pair.value.span)
    }

    private mutating func value<Value>(
        _ pair: YAMLPair?, _ key: String, in node: YAMLNode, _ expected: LockValue, _ make: (String) -> Value?
    ) -> Value? {
        guard let (text, span) = text(pair, key, in: node, expected) else { return nil }
        if let value = make(text) { return value }
        diagnostics.add(.lockValue(key, text, expected), at: span)
        return nil
    }

    private mutating func wrongType(_ node: YAMLNode, _ subject: SpecSubject, _ expected: SpecExpectation) {
        diagnostics.add(.wrongTypeInLock(node, for: subject, expected), at: node.span)
    }
}

private enum LockKey: String, SpecKey {
    static let place = SpecPlace.lock
    case version, assets
}

private enum LockedAssetKey: String, SpecKey {
    static let place = SpecPlace.lockedAsset
    case name, version, kind, pushed, digest, dependencies, files
}

private enum LockedDependencyKey: String, SpecKey {
    static let place = SpecPlace.lockedDependency
    case asset, version
}

private enum LockedFileKey: String, SpecKey {
    static let place = SpecPlace.lockedFile
    case path, size, sha256, checksum
}
