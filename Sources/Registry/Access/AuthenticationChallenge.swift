internal import StoreTransport

/// How a registry wants to be told who asks: of the headers `WWW-Authenticate` of an answer.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1>, and for Bearer
/// <https://distribution.github.io/distribution/spec/auth/token/>
struct AuthenticationChallenge: Sendable, Hashable {
    enum Scheme: Sendable, Hashable {
        case bearer, basic
    }

    let scheme: Scheme
    /// Names in lower case.
    let parameters: [String: String]

    /// The one to follow: Bearer before Basic; nil where there is neither.
    static func preferred(_ headers: [String]) -> AuthenticationChallenge? {
        let all = headers.flatMap(challenges)
        return all.first { $0.scheme == .bearer && $0.parameters["realm"] != nil } ?? all.first { $0.scheme == .basic }
    }

    /// A header may have several, each a scheme and parameters that commas part.
    private static func challenges(_ header: String) -> [AuthenticationChallenge] {
        var reader = ChallengeReader(header)
        var found: [AuthenticationChallenge] = []
        while let name = reader.nextScheme() {
            let parameters = reader.parameters()
            switch name.lowercased() {
            case "bearer": found.append(AuthenticationChallenge(scheme: .bearer, parameters: parameters))
            case "basic": found.append(AuthenticationChallenge(scheme: .basic, parameters: parameters))
            default: continue
            }
        }
        return found
    }
}

/// Reads `Bearer realm="https://a",service="b", Basic realm="c"` word by word.
private struct ChallengeReader {
    private var rest: ArraySlice<UInt8>

    init(_ header: String) { rest = Array(header.utf8)[...] }

    /// The next word that is no parameter's name; nil at the end.
    mutating func nextScheme() -> String? {
        while !rest.isEmpty {
            let word = token()
            guard word.isEmpty else { return word }
            // A blank, a comma, or what is none of this.
            rest = rest.dropFirst()
        }
        return nil
    }

    /// Up to the next scheme. The first of a name counts.
    mutating func parameters() -> [String: String] {
        var found: [String: String] = [:]
        while true {
            let start = rest
            skip(" \t,")
            let name = token().lowercased()
            skip(" \t")
            guard !name.isEmpty, rest.first == UInt8(ascii: "=") else {
                rest = start
                return found
            }
            rest = rest.dropFirst()
            skip(" \t")
            let value = rest.first == UInt8(ascii: "\"") ? quoted() : token()
            if found[name] == nil { found[name] = value }
        }
    }

    private mutating func skip(_ characters: String) {
        rest = rest.drop { characters.utf8.contains($0) }
    }

    private mutating func token() -> String {
        let word = rest.prefix { $0 > 0x20 && $0 < 0x7F && !"\",=".utf8.contains($0) }
        rest = rest.dropFirst(word.count)
        return String(decoding: word, as: UTF8.self)
    }

    private mutating func quoted() -> String {
        rest = rest.dropFirst()
        var value: [UInt8] = []
        while let byte = rest.popFirst(), byte != UInt8(ascii: "\"") {
            if byte == UInt8(ascii: "\\"), let escaped = rest.popFirst() {
                value.append(escaped)
            } else {
                value.append(byte)
            }
        }
        return String(decoding: value, as: UTF8.self)
    }
}
