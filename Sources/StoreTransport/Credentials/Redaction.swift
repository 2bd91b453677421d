internal import NIOHTTP1

/// Takes what a request carried in secret out of what was answered: some servers repeat the headers that they refuse.
package struct Redaction: Sendable {
    /// The longest first, as one may be a part of another.
    private let secrets: [[UInt8]]

    /// In bytes: what is shorter is found in words by chance, and so is taken out where it stands by itself alone.
    private static let shortestInWords = 8

    /// - Parameter more: what the request's body holds, or what it was signed with.
    package init(of request: HTTPRequest, and more: [Secret] = []) {
        var secrets = more.map(\.exposed)
        for (name, value) in request.headers where Self.headers.contains(name.lowercased()) {
            // `Bearer TOKEN`, `AWS4-HMAC-SHA256 …, Signature=DIGITS`
            let last = value.split(separator: " ").last ?? ""
            secrets += [value, String(last), last.hasPrefix("Signature=") ? String(last.dropFirst(10)) : ""]
        }
        secrets += secrets.map { PercentEncoding.encode($0) }
        self.secrets = Set(secrets.filter { !$0.isEmpty })
            .sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }.map { Array($0.utf8) }
    }

    package func callAsFunction(_ text: String) -> String {
        String(decoding: secrets.reduce(Array(text.utf8)) { Self.replacing($1, in: $0) }, as: UTF8.self)
    }

    /// By bytes: a secret before a combining mark is a part of another Character.
    private static func replacing(_ secret: [UInt8], in text: [UInt8]) -> [UInt8] {
        var (result, rest): ([UInt8], ArraySlice<UInt8>) = ([], text[...])
        while let first = rest.first {
            let after = rest.dropFirst(secret.count)
            let isAlone = !isInWord(result.last) && !isInWord(after.first)
            if rest.starts(with: secret), secret.count >= shortestInWords || isAlone {
                result += Array("[secret]".utf8)
                rest = after
            } else {
                result.append(first)
                rest = rest.dropFirst()
            }
        }
        return result
    }

    /// Of ASCII alone: a letter of another script beside a secret does not make it a word.
    private static func isInWord(_ byte: UInt8?) -> Bool {
        guard let byte else { return false }
        return (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    private static let headers: Set<String> = [
        "authorization", "x-amz-security-token", "x-amz-sso_bearer_token", "x-aws-ec2-metadata-token",
    ]
}
