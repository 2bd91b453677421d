import AssetModel

/// The keys of one kind of mapping.
protocol SpecKey: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    /// Where the keys stand, for messages.
    static var place: SpecPlace { get }
}

extension SpecKey {
    static var words: [String] { allCases.map(\.rawValue) }
}

/// The keys of the file itself.
enum FileKey: String, SpecKey {
    static let place = SpecPlace.file
    case version, storage, versioning, duplicates, assets
}

/// The keys below `storage`.
enum StorageKey: String, SpecKey {
    static let place = SpecPlace.storage
    case provider, bucket, prefix, region, endpoint, anonymous
}

/// The keys of an asset's long form.
enum EntryKey: String, SpecKey {
    static let place = SpecPlace.asset
    case name, version
    case dependsOn = "depends_on"
    case groups, include, exclude, sha256
}

/// The pairs of a mapping by their keys.
struct Fields<Key: SpecKey> {
    private var pairs: [Key: YAMLPair] = [:]
    private var meant: Set<String> = []

    subscript(key: Key) -> YAMLPair? { pairs[key] }

    /// Whether the key is missing, and no unknown key was meant to be it: that one has been reported.
    func lacks(_ key: Key) -> Bool { pairs[key] == nil && !meant.contains(key.rawValue) }

    /// Whether the pair's key is known.
    mutating func take(_ pair: YAMLPair) -> Bool {
        if let key = Key(rawValue: pair.key) {
            pairs[key] = pair
            return true
        }
        if let near = nearestWord(to: pair.key, in: Key.words) { meant.insert(near) }
        return false
    }
}

extension YAMLNode {
    var isNull: Bool {
        if case .null = content { true } else { false }
    }
}

extension ManifestDecoder {
    /// The pairs of a mapping by their keys, unknown ones reported; nil where the node is no mapping.
    ///
    /// - Parameter subject: What the mapping is, for messages.
    mutating func fields<Key: SpecKey>(of node: YAMLNode, as: Key.Type, for subject: SpecSubject) -> Fields<Key>? {
        guard let pairs = node.pairs else {
            wrongType(node, for: subject, expected: .mapping(Key.words))
            return nil
        }
        var fields = Fields<Key>()
        for pair in pairs where !fields.take(pair) {
            diagnostics.add(.unknownKey(pair, among: Key.words, in: Key.place), at: pair.keySpan)
        }
        return fields
    }

    mutating func wrongType(_ node: YAMLNode, for subject: SpecSubject, expected: SpecExpectation) {
        if case .unusable = node.content { return }
        diagnostics.add(.wrongType(node, for: subject, expected: expected), at: node.span)
    }
}
