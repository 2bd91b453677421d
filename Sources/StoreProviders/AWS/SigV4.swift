internal import NIOHTTP1
package import StoreTransport

/// AWS Signature Version 4, as pure functions.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>. The path is
/// signed as it is on the wire, encoded once and never normalised, which is the rule for S3; other services are called
/// with the path `/` alone, where the rules agree.
package struct SigV4: Sendable {
    package static let emptyPayloadHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    /// For a body over TLS that has a checksum of its own.
    package static let unsignedPayload = "UNSIGNED-PAYLOAD"

    /// Derived once a day.
    package let key: SigningKey
    /// Since 1970.
    private let second: Double
    /// `20130524T000000Z`
    private let timestamp: String

    /// - Parameters:
    ///   - service: `s3`, `sts`.
    ///   - time: in seconds since 1970.
    ///   - earlier: that of another request, whose key and date are taken where they are the same.
    package init(
        _ credentials: AWSCredentials, region: String, service: String, time: Double, reusing earlier: SigV4? = nil
    ) {
        second = time.rounded(.down)
        timestamp = if let earlier, earlier.second == second { earlier.timestamp } else { Timestamp.basic(second) }
        let scope = SigningKey.Scope(
            credentials: credentials, region: region, service: service, day: String(timestamp.prefix(8)))
        key = if let earlier, earlier.key.scope == scope { earlier.key } else { SigningKey(scope) }
    }

    /// The request with its date, session token and authorization; every header that it has is signed.
    ///
    /// - Parameter payloadHash: of the body, in hexadecimal, or `unsignedPayload`. S3 wants it in a header too.
    package func sign(_ request: HTTPRequest, payloadHash: String) -> HTTPRequest {
        var request = request
        request.headers.replaceOrAdd(name: "host", value: request.url.authority)
        request.headers.replaceOrAdd(name: "x-amz-date", value: timestamp)
        if key.scope.service == "s3" { request.headers.replaceOrAdd(name: "x-amz-content-sha256", value: payloadHash) }
        if let token = key.scope.credentials.sessionToken {
            request.headers.replaceOrAdd(name: "x-amz-security-token", value: token.exposed)
        }
        let canonical = CanonicalRequest(request, payloadHash: payloadHash)
        let value = [
            "AWS4-HMAC-SHA256 Credential=", key.scope.credentials.accessKeyID, "/", key.scopeText, ", SignedHeaders=",
            canonical.signedHeaders, ", Signature=", signature(of: canonical),
        ].joined()
        request.headers.replaceOrAdd(name: "authorization", value: value)
        return request
    }

    /// In hexadecimal.
    package func signature(of canonical: CanonicalRequest) -> String {
        Digests.hmacSHA256(key: key.bytes, stringToSign(canonical)).hex
    }

    package func stringToSign(_ canonical: CanonicalRequest) -> String {
        ["AWS4-HMAC-SHA256", timestamp, key.scopeText, Digests.sha256(canonical.bytes).hex].joined(separator: "\n")
    }
}

/// What requests of one day to one service in one region are signed with.
package struct SigningKey: Sendable, CustomReflectable {
    /// What the key is for.
    package struct Scope: Hashable, Sendable, CustomStringConvertible {
        package let credentials: AWSCredentials
        package let region: String
        package let service: String
        /// `20130524`
        package let day: String

        package var description: String { "\(day)/\(region)/\(service)/aws4_request" }
    }

    package let scope: Scope
    /// The scope in what is signed.
    fileprivate let scopeText: String
    /// As good as the secret key, for its day.
    fileprivate let bytes: [UInt8]

    init(_ scope: Scope) {
        self.scope = scope
        scopeText = scope.description
        let secret = Array("AWS4\(scope.credentials.secretAccessKey.exposed)".utf8)
        bytes = [scope.day, scope.region, scope.service, "aws4_request"].reduce(secret) {
            Digests.hmacSHA256(key: $0, $1)
        }
    }

    package var customMirror: Mirror { Mirror(self, children: [("scope", scope)]) }
}

/// A request in the form that is signed.
package struct CanonicalRequest: Sendable {
    /// `host;x-amz-date`
    package let signedHeaders: String
    let bytes: [UInt8]

    package var text: String { String(decoding: bytes, as: UTF8.self) }

    package init(_ request: HTTPRequest, payloadHash: String) {
        let headers = Self.headers(request.headers)
        signedHeaders = headers.map(\.name).joined(separator: ";")
        // Each request is signed, and bytes are several times faster than texts.
        var bytes: [UInt8] = []
        bytes.reserveCapacity(1024)
        func add(_ text: some StringProtocol, _ end: Character = "\n") {
            bytes.append(contentsOf: text.utf8)
            bytes.append(contentsOf: end.utf8)
        }
        add(request.method.rawValue)
        add(request.url.path)
        add(Self.query(request.url.query))
        for (name, value) in headers {
            add(name, ":")
            add(value)
        }
        add("")
        add(signedHeaders)
        bytes.append(contentsOf: payloadHash.utf8)
        self.bytes = bytes
    }

    /// Sorted by name; the values of one name are joined by commas.
    private static func headers(_ headers: HTTPHeaders) -> [(name: String, value: String)] {
        var signed: [(name: String, value: String)] = []
        signed.reserveCapacity(16)
        for (name, value) in headers {
            let hasCapitals = name.utf8.contains { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") }
            let name = hasCapitals ? name.lowercased() : name
            guard !unsigned.contains(name) else { continue }
            if let first = signed.firstIndex(where: { $0.name == name }) {
                signed[first].value += ",\(collapsed(value))"
            } else {
                signed.append((name, collapsed(value)))
            }
        }
        return signed.sorted { $0.name < $1.name }
    }

    /// Without white space around it, and with one space for each stretch of it.
    private static func collapsed(_ value: String) -> String {
        guard value.utf8.contains(where: { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }) else { return value }
        return value.split(whereSeparator: { $0 == " " || $0 == "\t" }).joined(separator: " ")
    }

    /// What a proxy or the HTTP library may change.
    private static let unsigned: Set<String> = [
        "accept-encoding", "authorization", "connection", "content-length", "expect", "keep-alive", "te", "trailer",
        "transfer-encoding", "upgrade", "user-agent",
    ]

    /// Sorted by encoded name, then encoded value; a name alone gets its `=`.
    private static func query(_ query: Substring) -> String {
        let items = query.split(separator: "&").map { item -> (name: Substring, value: Substring) in
            let name = item.prefix { $0 != "=" }
            return (name, item.dropFirst(name.count).dropFirst())
        }
        return items.sorted { ($0.name, $0.value) < ($1.name, $1.value) }.map { "\($0.name)=\($0.value)" }
            .joined(separator: "&")
    }
}
