internal import AssetModel

/// The blocks in front of an entry of a layer: ustar, and where that cannot say something, what GNU tar writes. No pax
/// record, which some readers of layers do not heed.
///
/// ```
/// 0 name 100 mode 108 uid 116 gid 124 size 136 mtime 148 sum 156 type 157 link 257 magic 345 prefix
/// ```
///
/// Source: <https://www.gnu.org/software/tar/manual/html_node/Standard.html>
struct TarBlocks {
    enum Kind: UInt8 {
        case file = 0x30
        case directory = 0x35
        /// The name of the entry that follows.
        case longName = 0x4C
    }

    static let block = 512
    /// Two of zeros end an archive.
    static let end = [UInt8](repeating: 0, count: 2 * block)

    private static let nameLength = 100
    private static let prefixLength = 155
    /// Of sizes and times, in eleven octal digits.
    private static let largestNumber: Int64 = 1 << 33 - 1

    /// Of a folder, with a slash at its end.
    let name: [UInt8]
    let kind: Kind
    /// Of what follows, in bytes.
    let size: Int64
    /// Seconds since 1970. What eleven octal digits do not hold is the nearest that they do.
    let time: Int64

    /// How many bytes fill up the last block of a content.
    static func padding(after size: Int64) -> Int { Int((512 - size % 512) % 512) }

    var bytes: [UInt8] {
        if size <= Self.largestNumber, let (prefix, name) = split { return header(name, prefix: prefix) }
        guard name.count > Self.nameLength else { return header(name, prefix: nil) }
        let long = TarBlocks(
            name: Array("././@LongLink".utf8), kind: .longName, size: Int64(name.count + 1), time: 0)
        let padding = [UInt8](repeating: 0, count: 1 + Self.padding(after: long.size))
        return long.header(long.name, prefix: nil) + name + padding
            + header(Array(name.prefix(Self.nameLength)), prefix: nil)
    }

    /// The name in two, at the first slash that leaves little enough behind it; nil where there is none.
    private var split: (prefix: [UInt8], name: [UInt8])? {
        if name.count <= Self.nameLength { return ([], name) }
        let first = name.count - Self.nameLength - 1
        guard first <= Self.prefixLength else { return nil }
        // What is behind the last slash of a folder is nothing.
        let slash = name[first..<min(Self.prefixLength + 1, name.count - 1)].firstIndex(of: UInt8(ascii: "/"))
        return slash.map { (Array(name[..<$0]), Array(name[($0 + 1)...])) }
    }

    /// - Parameter prefix: nil for a header of GNU tar's own.
    private func header(_ name: [UInt8], prefix: [UInt8]?) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: Self.block)
        func put(_ bytes: some Collection<UInt8>, at offset: Int) {
            block.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        }
        put(name, at: 0)
        put(Self.octal(kind == .file ? 0o644 : kind == .directory ? 0o755 : 0, 7), at: 100)
        for offset in [108, 116, 329, 337] { put(Self.octal(0, 7), at: offset) }
        put(Self.number(size), at: 124)
        put(Self.octal(min(max(time, 0), Self.largestNumber), 11), at: 136)
        put("        ".utf8, at: 148)
        block[156] = kind.rawValue
        put((prefix == nil ? "ustar  \0" : "ustar\u{0}00").utf8, at: 257)
        if let prefix { put(prefix, at: 345) }
        put(Self.octal(block.reduce(0) { $0 + Int64($1) }, 6) + [0, 0x20], at: 148)
        return block
    }

    /// Eleven octal digits; of what they do not hold, the bytes after one of 0x80.
    private static func number(_ value: Int64) -> [UInt8] {
        guard value > largestNumber else { return octal(value, 11) }
        let bytes = (0..<8).reversed().map { UInt8(truncatingIfNeeded: value >> (8 * Int64($0))) }
        return [0x80, 0, 0, 0] + bytes
    }

    private static func octal(_ value: Int64, _ digits: Int) -> [UInt8] {
        let text = Array(String(value, radix: 8).utf8)
        return [UInt8](repeating: 0x30, count: digits - text.count) + text
    }
}
