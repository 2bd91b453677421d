/// A size as people type it: `500MB`, `2GiB`, `1048576`.
package struct ByteCount: Equatable, Sendable {
    package let bytes: Int64

    private static let prefixes: [Character: Int] = ["k": 1, "m": 2, "g": 3, "t": 4]

    /// A whole number, then nothing, `k`, `M`, `G` or `T` (powers of 1000), or these with `i` (powers of 1024); a `B` may end it.
    package init?(argument: String) {
        let text = argument.lowercased()
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        var unit = text.dropFirst(digits.count).drop { $0 == " " }
        if unit.last == "b" { unit.removeLast() }
        let isBinary = unit.count == 2 && unit.last == "i"
        if isBinary { unit.removeLast() }
        guard var bytes = Int64(digits), unit.count <= 1 else { return nil }
        if let prefix = unit.first {
            guard let power = Self.prefixes[prefix] else { return nil }
            for _ in 0..<power {
                let (product, overflows) = bytes.multipliedReportingOverflow(by: isBinary ? 1024 : 1000)
                guard !overflows else { return nil }
                bytes = product
            }
        }
        self.bytes = bytes
    }
}

/// A rate as people type it: `200MB/s`, `1GiB/s`; the `/s` may be left out.
package struct ByteRate: Equatable, Sendable {
    package let bytesPerSecond: Int64

    /// A `ByteCount` that is not 0, and perhaps `/s`.
    package init?(argument: String) {
        let count = argument.lowercased().hasSuffix("/s") ? String(argument.dropLast(2)) : argument
        guard let bytes = ByteCount(argument: count)?.bytes, bytes > 0 else { return nil }
        bytesPerSecond = bytes
    }
}
