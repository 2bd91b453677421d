/// What a store says about the content of a whole object.
package struct ObjectChecksum: Hashable, Sendable {
    package enum Algorithm: String, Sendable, CaseIterable {
        case crc32 = "CRC32"
        case crc32c = "CRC32C"
        case crc64nvme = "CRC64NVME"
        case md5 = "MD5"
        case sha1 = "SHA-1"
        case sha256 = "SHA-256"

        /// Of a value, in bytes.
        package var byteCount: Int {
            switch self {
            case .crc32, .crc32c: 4
            case .crc64nvme: 8
            case .md5: 16
            case .sha1: 20
            case .sha256: 32
            }
        }
    }

    package let algorithm: Algorithm
    /// The most significant byte first.
    package let bytes: [UInt8]

    /// - Returns: nil where the bytes are not as many as the algorithm's.
    package init?(_ algorithm: Algorithm, _ bytes: [UInt8]) {
        guard bytes.count == algorithm.byteCount else { return nil }
        self.algorithm = algorithm
        self.bytes = bytes
    }

    /// - Returns: nil where the text is not as many hexadecimal digits as the algorithm has.
    package init?(_ algorithm: Algorithm, hex: String) {
        let digits = Array(hex.utf8).map { Character(Unicode.Scalar($0)).hexDigitValue }
        guard digits.count == 2 * algorithm.byteCount else { return nil }
        var bytes: [UInt8] = []
        for place in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[place], let low = digits[place + 1] else { return nil }
            bytes.append(UInt8(high << 4 | low))
        }
        self.init(algorithm, bytes)
    }

    /// Reads `CRC32C:1a2b3c4d`.
    package init?(tagged text: String) {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, let algorithm = Algorithm(rawValue: parts[0]), parts[1] == parts[1].lowercased() else {
            return nil
        }
        self.init(algorithm, hex: parts[1])
    }

    /// `CRC32C:1a2b3c4d`
    package var tagged: String { "\(algorithm.rawValue):\(hex)" }

    package var hex: String { Self.hex(bytes) }

    /// Lower-case hexadecimal digits.
    package static func hex(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: 2 * bytes.count) { text in
            for (place, byte) in bytes.enumerated() {
                text.initializeElement(at: 2 * place, to: digit(byte >> 4))
                text.initializeElement(at: 2 * place + 1, to: digit(byte & 15))
            }
            return 2 * bytes.count
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 { value + (value < 10 ? 0x30 : 0x57) }
}
