import ObjectStore
import Testing

@Suite struct GzipDecoderTests {
    // By Python's `gzip.compress`.
    private static let a: [UInt8] = header + [0x4B, 0x04, 0x00, 0x43, 0xBE, 0xB7, 0xE8, 0x01, 0x00, 0x00, 0x00]
    private static let b: [UInt8] = header + [0x4B, 0x02, 0x00, 0xF9, 0xEF, 0xBE, 0x71, 0x01, 0x00, 0x00, 0x00]
    private static let header: [UInt8] = [0x1F, 0x8B, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03]

    @Test(
        "members are decoded, and what follows them is ignored",
        arguments: [
            (a, "a"), (a + b, "ab"), (a + [0, 0, 0], "a"), (a + b + Array("rest".utf8), "ab"),
            (a + [0x1F, 0x8B, 0x1A], "a"),
            ([], ""),
        ] as [([UInt8], String)], [1, 3, 5, 1000])
    func members(stored: ([UInt8], String), step: Int) throws {
        #expect(try decoded(stored.0, step: step) == Array(stored.1.utf8))
    }

    /// A second member that is damaged was taken for something that is no member, where all of it came at once.
    @Test("a damaged member is an error, however it arrives", arguments: 0..<2, [1, 3, 5, 1000])
    func damagedMember(place: Int, step: Int) {
        var second = Self.b
        // The first byte of what is compressed, and of the checksum.
        second[place == 0 ? 10 : 13] ^= 0x55
        #expect(throws: DecodingFault.self) { try decoded(Self.a + second, step: step) }
    }

    @Test("a member that ends early is an error", arguments: 11..<21)
    func shortMember(count: Int) {
        #expect(throws: DecodingFault.self) { try decoded(Array(Self.a.prefix(count)), step: 5) }
        #expect(throws: DecodingFault.self) { try decoded(Self.b + Self.a.prefix(count), step: 1000) }
    }

    private func decoded(_ stored: [UInt8], step: Int) throws -> [UInt8] {
        let decoder = GzipDecoder()
        var content: [UInt8] = []
        for start in stride(from: 0, to: stored.count, by: step) {
            try stored[start..<min(start + step, stored.count)].withUnsafeBytes { piece in
                try decoder.decode(piece) { content.append(contentsOf: $0) }
            }
        }
        try decoder.end()
        return content
    }
}
