internal import NIOHTTP1

/// Takes what a request carried in secret out of what was answered: some servers repeat the headers that they refuse.
package struct Redaction: Sendable {
    /// The longest first, as one may be a part of another.
    private let secrets: [String]

    /// - Parameter more: what the request's body holds, or what it was signed with.
    package init(of request: HTTPRequest, and more: [Secret] = []) {
        var secrets = more.map(\.exposed)
        for (name, value) in request.headers where Self.headers.contains(name.lowercased()) {
            // `Bearer TOKEN`, `AWS4-HMAC-SHA256 …, Signature=DIGITS`
            let last = value.split(separator: " ").last ?? ""
            secrets += [value, String(last), last.hasPrefix("Signature=") ? String(last.dropFirst(10)) : ""]
        }
        secrets += secrets.map { PercentEncoding.encode($0) }
        self.secrets = Set(secrets.filter { !$0.isEmpty }).sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
    }

    package func callAsFunction(_ text: String) -> String {
        secrets.reduce(text) { text, secret in text.replacing(secret, with: "[secret]") }
    }

    private static let headers: Set<String> = [
        "authorization", "x-amz-security-token", "x-amz-sso_bearer_token", "x-aws-ec2-metadata-token",
    ]
}
