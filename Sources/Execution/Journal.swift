internal import AssetModel
internal import ObjectStore

/// What a staging folder has of an asset, one fact a line, so that a later run can go on.
///
/// ```
/// staging 3 <boot id> <push time> <address of the asset's data>
/// object <path> <size> <entity tag> <algorithm of a checksum> <the checksum> <encoding>
/// part <path> <first byte> <end>
/// digest <path> <SHA-256>
/// sealed
/// ```
///
/// An empty line says nothing. Fields are parted by tabs, and each is a `LineField`; the path of a file asset is empty.
/// A `part` line stands after the part's last byte does, and the `digest` lines with `sealed`. What was written and not synced survives the process and not the machine, so a journal of another boot is worth nothing.
struct Journal: Equatable {
    struct Header: Equatable, Sendable {
        let bootID: String
        let pushTime: Int64
        let address: String
    }

    let header: Header
    /// By path; the key of a file asset is nil.
    var objects: [RelativePath?: ObjectProgress] = [:]
    /// Of a sealed asset.
    var digests: [RelativePath?: SHA256Digest] = [:]
    var isSealed = false

    init(header: Header) { self.header = header }

    /// Reads as far as the lines are whole: a run that was killed can leave half a line at the end.
    init?(text: String) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()[...]
        guard let first = lines.popFirst(), let header = Header(line: first) else { return nil }
        self.header = header
        for line in lines { take(line) }
    }

    private mutating func take(_ line: Substring) {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(LineField.decoded)
        switch (fields.first, fields.count) {
        case ("object", 7):
            guard let path = Self.path(fields[1]), let size = Int64(fields[2]), size >= 0 else { return }
            let attributes = ObjectAttributes(
                size: size, entityTag: fields[3].isEmpty ? nil : fields[3],
                checksum: Self.checksum(algorithm: fields[4], hex: fields[5]),
                encoding: ContentEncoding(rawValue: fields[6]))
            objects[path] = ObjectProgress(attributes, done: [])
        case ("part", 4):
            guard let path = Self.path(fields[1]), let start = Int64(fields[2]), let end = Int64(fields[3]),
                0 <= start, start <= end, let size = objects[path]?.attributes.size, end <= size
            else { return }
            objects[path]?.done.append(start..<end)
        case ("digest", 3):
            guard let path = Self.path(fields[1]) else { return }
            digests[path] = SHA256Digest(hex: fields[2])
        case ("sealed", 1): isSealed = true
        default: return
        }
    }

    // MARK: Lines

    static func line(object path: RelativePath?, _ attributes: ObjectAttributes) -> String {
        let checksum = attributes.checksum
        return line([
            "object", path?.text ?? "", "\(attributes.size)", attributes.entityTag ?? "",
            checksum?.algorithm.rawValue ?? "", checksum?.hex ?? "", attributes.encoding?.rawValue ?? "",
        ])
    }

    static func line(digest: SHA256Digest, of path: RelativePath?) -> String {
        line(["digest", path?.text ?? "", digest.hex])
    }

    static func line(part range: Range<Int64>, of path: RelativePath?) -> String {
        line(["part", path?.text ?? "", "\(range.lowerBound)", "\(range.upperBound)"])
    }

    static let sealedLine = line(["sealed"])

    /// Says nothing but that the run gets on, to those that wait for the asset's lock.
    static let lifeSign = "\n"

    fileprivate static func line(_ fields: [String]) -> String {
        fields.map(LineField.encoded).joined(separator: "\t") + "\n"
    }

    private static func checksum(algorithm: String, hex: String) -> ObjectChecksum? {
        ObjectChecksum.Algorithm(rawValue: algorithm).flatMap { ObjectChecksum($0, hex: hex) }
    }

    /// A nil that is a value: outer nil where the field is no path.
    private static func path(_ field: String) -> RelativePath?? {
        if field.isEmpty { return .some(nil) }
        guard let path = try? RelativePath(field) else { return nil }
        return path
    }
}

extension Journal.Header {
    init?(line: Substring) {
        let fields = line.split(separator: "\t", omittingEmptySubsequences: false).map(LineField.decoded)
        guard fields.count == 5, fields[0] == "staging", fields[1] == "3", let time = Int64(fields[3]) else {
            return nil
        }
        self.init(bootID: fields[2], pushTime: time, address: fields[4])
    }

    var line: String { Journal.line(["staging", "3", bootID, "\(pushTime)", address]) }
}

/// How much of an object is in staging.
struct ObjectProgress: Equatable, Sendable {
    let attributes: ObjectAttributes
    /// In the order in which they arrived.
    var done: [Range<Int64>]

    init(_ attributes: ObjectAttributes, done: [Range<Int64>]) {
        self.attributes = attributes
        self.done = done
    }

    /// Of the whole object, in bytes.
    var size: Int64 { attributes.size }

    /// The ranges that are still to come, in their order.
    var missing: [Range<Int64>] {
        var missing: [Range<Int64>] = []
        var frontier: Int64 = 0
        for range in done.sorted(by: { $0.lowerBound < $1.lowerBound }) + [size..<size] {
            if frontier < range.lowerBound { missing.append(frontier..<range.lowerBound) }
            frontier = max(frontier, range.upperBound)
        }
        return missing
    }

    /// Where the last byte that is there ends.
    var end: Int64 { done.lazy.map(\.upperBound).max() ?? 0 }

    var doneBytes: Int64 { size - missing.reduce(0) { $0 + Int64($1.count) } }
}
