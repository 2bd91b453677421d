internal import StoreTransport

/// Keys in PEM as they come out of secrets and variables: on one line, indented, with blanks in place of line breaks.
///
/// OpenSSL takes lines of 64 digits alone; google-auth reads with the `cryptography` package, which passes over white space.
enum PEMText {
    /// The first private key of a text, with the lines that OpenSSL wants; the text itself where there is none, or where it
    /// holds more than digits of base 64.
    static func lined(_ text: String) -> String {
        for start in text.ranges(of: "-----BEGIN ") {
            let rest = text[start.upperBound...]
            guard let dashes = rest.firstRange(of: "-----") else { break }
            let label = rest[..<dashes.lowerBound]
            guard label.hasSuffix("PRIVATE KEY"), let end = rest.firstRange(of: "-----END \(label)-----") else {
                continue
            }
            let digits = rest[dashes.upperBound..<end.lowerBound].filter { !$0.isWhitespace }
            guard digits.utf8.allSatisfy({ $0.isLetterOrDigit || "+/=".utf8.contains($0) }) else { break }
            return "-----BEGIN \(label)-----\n\(lines(Array(digits.utf8)))-----END \(label)-----\n"
        }
        return text
    }

    private static func lines(_ digits: [UInt8]) -> String {
        stride(from: 0, to: digits.count, by: width).map { start in
            String(decoding: digits[start..<min(start + width, digits.count)], as: UTF8.self) + "\n"
        }.joined()
    }

    private static let width = 64
}
