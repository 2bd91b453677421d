/// The header of a file in a tar archive, in the ustar format, with a pax record of a size that does not fit.
///
/// ```
/// 0 name 100 mode 108 uid 116 gid 124 size 136 mtime 148 sum 156 type 157 link 257 "ustar" 263 "00"
/// ```
///
/// Source: <https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html>
struct TarHeader: Equatable {
    enum Kind: UInt8 {
        case file = 0x30
        /// Records about the file that follows.
        case records = 0x78
        /// A folder, a link, anything.
        case other = 0
    }

    static let block = 512
    /// What fits into eleven octal digits.
    private static let largest: Int64 = 1 << 33 - 1

    var name: String
    var kind = Kind.file
    /// Of what follows, in bytes.
    var size: Int64

    /// How many bytes fill up the last block of a content.
    static func padding(after size: Int64) -> Int { Int((512 - size % 512) % 512) }

    // MARK: Writing

    /// The same for the same content: of no user, with no time, and for all to read.
    var bytes: [UInt8] {
        guard size > Self.largest else { return block(size: size) }
        // "LENGTH size=DIGITS\n", the length with its own digits.
        let record = " size=\(size)\n"
        let length = record.utf8.count + 2
        let text = Array("\(length)\(record)".utf8)
        let records = TarHeader(name: name, kind: .records, size: Int64(text.count))
        let padding = [UInt8](repeating: 0, count: Self.padding(after: records.size))
        return [records.block(size: records.size), text, padding, block(size: 0)].flatMap(\.self)
    }

    private func block(size: Int64) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: Self.block)
        func put(_ text: String, at offset: Int) {
            block.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
        }
        func octal(_ value: Int64, _ digits: Int) -> String {
            let text = String(value, radix: 8)
            return String(repeating: "0", count: digits - text.count) + text
        }
        put(name, at: 0)
        put(octal(0o444, 7), at: 100)
        put(octal(0, 7), at: 108)
        put(octal(0, 7), at: 116)
        put(octal(size, 11), at: 124)
        put(octal(0, 11), at: 136)
        put("        ", at: 148)
        block[156] = kind.rawValue
        put("ustar", at: 257)
        put("00", at: 263)
        put(octal(Self.sum(block), 6), at: 148)
        block[154] = 0
        return block
    }

    private static func sum(_ block: [UInt8]) -> Int64 { block.reduce(0) { $0 + Int64($1) } }

    // MARK: Reading

    /// Nil where the block is no header.
    init?(_ block: [UInt8]) {
        var summed = block
        summed.replaceSubrange(148..<156, with: repeatElement(0x20, count: 8))
        guard Self.number(block[148..<156]) == Self.sum(summed), let size = Self.number(block[124..<136]) else {
            return nil
        }
        name = String(decoding: block[..<100].prefix { $0 != 0 }, as: UTF8.self)
        kind = block[156] == 0 ? .file : Kind(rawValue: block[156]) ?? .other
        self.size = size
    }

    init(name: String, kind: Kind = .file, size: Int64) {
        self.name = name
        self.kind = kind
        self.size = size
    }

    /// Octal digits; or as GNU tar writes what does not fit, a number in base 256 after a byte of 0x80.
    private static func number(_ field: ArraySlice<UInt8>) -> Int64? {
        if field.first == 0x80 {
            return field.dropFirst().reduce(Int64?(0)) { sum, byte in
                sum.flatMap { $0 < 1 << 54 ? $0 << 8 | Int64(byte) : nil }
            }
        }
        let text = String(decoding: field.filter { $0 != 0 && $0 != 0x20 }, as: UTF8.self)
        return text.isEmpty ? 0 : Int64(text, radix: 8).flatMap { $0 >= 0 ? $0 : nil }
    }

    /// The size that pax records give the file after them; nil where they give none.
    static func size(inRecords bytes: [UInt8]) -> Int64? {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n")
        return lines.compactMap { line in
            line.split(separator: " ", maxSplits: 1).last.flatMap {
                $0.hasPrefix("size=") ? Int64($0.dropFirst(5)) : nil
            }
        }.last
    }
}
