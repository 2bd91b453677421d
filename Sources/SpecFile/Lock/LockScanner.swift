internal import AssetModel
internal import Planning

/// Reads a lock that stands exactly as `LockText` writes it, line by line, some ten times as fast as YAML can be read.
///
/// Whatever is otherwise (an edit, another writer's quotes) is nil: then it is read as YAML, which says what is wrong.
struct LockScanner: ~Copyable {
    private let system: VersioningSystem
    private let text: UnsafeBufferPointer<UInt8>
    private var next = 0
    private let digests = EntryDigest()
    /// Of the first entry; the others have to be alike.
    private var hasDigests: Bool?
    /// The specification strings that the dependencies of the entry are declared by.
    private var declared: [String] = []
    private var specifications: [String: AssetSpecification] = [:]

    static func scan(_ bytes: [UInt8], in system: VersioningSystem) -> Lock? {
        bytes.withUnsafeBufferPointer { text in
            var scanner = LockScanner(system: system, text: text)
            guard let assets = scanner.assets(), zip(assets, assets.dropFirst()).allSatisfy({ $0.pin < $1.pin }) else {
                return nil
            }
            var lock = Lock(sorted: assets)
            lock.hasDigests = scanner.hasDigests ?? true
            return lock
        }
    }

    private init(system: VersioningSystem, text: UnsafeBufferPointer<UInt8>) {
        self.system = system
        self.text = text
    }

    private mutating func assets() -> [LockedAsset]? {
        guard take(LockText.heading) else { return nil }
        if take("assets: []\n") { return next == text.count ? [] : nil }
        guard take("assets:\n") else { return nil }
        var assets: [LockedAsset] = []
        while next < text.count {
            guard let asset = asset() else { return nil }
            assets.append(asset)
        }
        return assets.isEmpty ? nil : assets
    }

    private mutating func asset() -> LockedAsset? {
        let start = next
        guard take("  - name: "), let name = quoted().flatMap({ try? AssetName($0) }), take("\n    version: "),
            let version = version(), take("\n    kind: "), let kind = kind(), take("\n    pushed: "),
            let pushTime = quoted().flatMap(PushDate.seconds), take("\n")
        else { return nil }
        let head = text[start..<next]
        guard let digest = digest(), let dependencies = dependencies() else { return nil }
        let middle = next
        guard take("    files:\n"), let files = files(kind) else { return nil }
        guard digest == .none || digest == self.digest(head, text[middle..<next]) else { return nil }
        return LockedAsset(
            pin: AssetPin(name: name, version: version), kind: kind, pushTime: pushTime, dependencies: dependencies,
            files: files)
    }

    /// Outer nil where it is no digest, or is there where others are not.
    private mutating func digest() -> SHA256Digest?? {
        var digest: SHA256Digest?
        if take("    digest: ") {
            digest = quoted().flatMap { SHA256Digest(hex: $0) }
            guard digest != nil, take("\n") else { return nil }
        }
        if let hasDigests, hasDigests != (digest != nil) { return nil }
        hasDigests = digest != nil
        return .some(digest)
    }

    /// Of the entry whose dependencies were taken last.
    private func digest(
        _ head: Slice<UnsafeBufferPointer<UInt8>>, _ files: Slice<UnsafeBufferPointer<UInt8>>
    ) -> SHA256Digest {
        digests.of(
            head: UnsafeBufferPointer(rebasing: head), declared, files: UnsafeBufferPointer(rebasing: files))
    }

    private mutating func kind() -> AssetKind? { take("directory") ? .directory : take("file") ? .file : nil }

    private mutating func version() -> AssetVersion? { quoted().flatMap { system.version($0) } }

    private mutating func dependencies() -> [LockedDependency]? {
        var dependencies: [LockedDependency] = []
        declared = []
        guard take("    dependencies:\n") else { return dependencies }
        while take("      - {asset: ") {
            guard let text = quoted(), let specification = specification(text),
                take(", version: "), let version = version(), take("}\n")
            else { return nil }
            declared.append(text)
            dependencies.append(LockedDependency(specification, is: version))
        }
        return dependencies.isEmpty ? nil : dependencies
    }

    /// Several versions depend on the same as a rule.
    private mutating func specification(_ text: String) -> AssetSpecification? {
        if let known = specifications[text] { return known }
        guard let specification = try? AssetSpecification(parsing: text, in: system) else { return nil }
        specifications[text] = specification
        return specification
    }

    private mutating func files(_ kind: AssetKind) -> [ObjectFacts]? {
        var files: [ObjectFacts] = []
        while take("      - {") {
            guard let file = file() else { return nil }
            if let last = files.last?.path, let path = file.path, path <= last { return nil }
            files.append(file)
        }
        let isRight = kind == .file ? files.map(\.path) == [nil] : !files.isEmpty && files.allSatisfy { $0.path != nil }
        return isRight ? files : nil
    }

    private mutating func file() -> ObjectFacts? {
        var file = ObjectFacts(path: nil)
        if take("path: ") {
            guard let path = quoted().flatMap({ try? RelativePath($0) }) else { return nil }
            file = ObjectFacts(path: path)
            guard take(", ") else { return take("}\n") ? file : nil }
        }
        if take("size: ") {
            guard let size = number(), size <= ByteSum.largestObject else { return nil }
            file.size = size
            guard take(", ") else { return take("}\n") ? file : nil }
        }
        if take("sha256: ") {
            guard let digest = quoted().flatMap({ SHA256Digest(hex: $0) }) else { return nil }
            file.sha256 = digest
        } else if take("checksum: ") {
            guard let checksum = quoted().flatMap({ ObjectChecksum(tagged: $0) }) else { return nil }
            file.checksum = checksum
        } else if file.path != nil || file.size != nil {
            return nil
        }
        return take("}\n") ? file : nil
    }

    // MARK: Pieces

    private mutating func take(_ piece: StaticString) -> Bool {
        piece.withUTF8Buffer { take($0) }
    }

    private mutating func take(_ piece: String) -> Bool {
        var piece = piece
        return piece.withUTF8 { take($0) }
    }

    private mutating func take(_ piece: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count - next >= piece.count else { return false }
        for index in 0..<piece.count where text[next + index] != piece[index] { return false }
        next += piece.count
        return true
    }

    /// A text in double quotes without an escape.
    private mutating func quoted() -> String? {
        guard next < text.count, text[next] == UInt8(ascii: "\"") else { return nil }
        let start = next + 1
        var end = start
        while end < text.count, text[end] != UInt8(ascii: "\"") {
            if text[end] == UInt8(ascii: "\\") || text[end] < 0x20 || text[end] >= 0x7F { return nil }
            end += 1
        }
        guard end < text.count else { return nil }
        next = end + 1
        return String(decoding: UnsafeBufferPointer(rebasing: text[start..<end]), as: UTF8.self)
    }

    private mutating func number() -> Int64? {
        let start = next
        while next < text.count, (0x30...0x39).contains(text[next]) { next += 1 }
        let digits = UnsafeBufferPointer(rebasing: text[start..<next])
        guard !digits.isEmpty, digits.count == 1 || digits[0] != 0x30 else { return nil }
        return Int64(String(decoding: digits, as: UTF8.self))
    }
}
