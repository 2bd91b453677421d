internal import NIOHTTP1

/// AWS Signature Version 4, as pure functions.
///
/// Source: <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>. The path is
/// signed as it is on the wire, encoded once and never normalised, which is the rule for S3; other services are called
/// with the path `/` alone, where the rules agree.
package struct SigV4: Sendable {
    package static let emptyPayloadHash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    /// For a body over TLS that has a checksum of its own.
    package static let unsignedPayload = "UNSIGNED-PAYLOAD"

    package let credentials: AWSCredentials
    package let region: String
    /// `s3`, `sts`.
    package let service: String
    /// In seconds since 1970.
    package let time: Double

    package init(_ credentials: AWSCredentials, region: String, service: String, time: Double) {
        self.credentials = credentials
        self.region = region
        self.service = service
        self.time = time
    }

    /// The request with its date, session token and authorization; every header that it has is signed.
    ///
    /// - Parameter payloadHash: of the body, in hexadecimal, or `unsignedPayload`. S3 wants it in a header too.
    package func sign(_ request: HTTPRequest, payloadHash: String) -> HTTPRequest {
        var request = request
        request.headers.replaceOrAdd(name: "host", value: request.url.authority)
        request.headers.replaceOrAdd(name: "x-amz-date", value: timestamp)
        if service == "s3" { request.headers.replaceOrAdd(name: "x-amz-content-sha256", value: payloadHash) }
        if let token = credentials.sessionToken {
            request.headers.replaceOrAdd(name: "x-amz-security-token", value: token.exposed)
        }
        let canonical = CanonicalRequest(request, payloadHash: payloadHash)
        let value =
            "AWS4-HMAC-SHA256 Credential=\(credentials.accessKeyID)/\(scope), SignedHeaders=\(canonical.signedHeaders), "
            + "Signature=\(signature(of: canonical))"
        request.headers.replaceOrAdd(name: "authorization", value: value)
        return request
    }

    /// In hexadecimal.
    package func signature(of canonical: CanonicalRequest) -> String {
        Digests.hmacSHA256(key: signingKey, stringToSign(canonical)).hex
    }

    package func stringToSign(_ canonical: CanonicalRequest) -> String {
        "AWS4-HMAC-SHA256\n\(timestamp)\n\(scope)\n\(Digests.sha256(canonical.text.utf8).hex)"
    }

    package var signingKey: [UInt8] {
        let date = Digests.hmacSHA256(key: Array("AWS4\(credentials.secretAccessKey.exposed)".utf8), String(day))
        return ["\(region)", service, "aws4_request"].reduce(date) { Digests.hmacSHA256(key: $0, $1) }
    }

    private var timestamp: String { AWSTime.basic(time) }
    private var day: Substring { timestamp.prefix(8) }
    private var scope: String { "\(day)/\(region)/\(service)/aws4_request" }
}

/// A request in the form that is signed.
package struct CanonicalRequest: Sendable {
    /// `host;x-amz-date`
    package let signedHeaders: String
    package let text: String

    package init(_ request: HTTPRequest, payloadHash: String) {
        let headers = Self.headers(request.headers)
        signedHeaders = headers.map(\.name).joined(separator: ";")
        text = [
            request.method.rawValue, String(request.url.path), Self.query(request.url.query),
            headers.map { "\($0.name):\($0.value)\n" }.joined(), signedHeaders, payloadHash,
        ].joined(separator: "\n")
    }

    /// Sorted by name; the values of one name are joined by commas.
    private static func headers(_ headers: HTTPHeaders) -> [(name: String, value: String)] {
        var values: [String: [String]] = [:]
        for (name, value) in headers where !unsigned.contains(name.lowercased()) {
            let words = value.split(whereSeparator: { $0 == " " || $0 == "\t" })
            values[name.lowercased(), default: []].append(words.joined(separator: " "))
        }
        return values.map { ($0.key, $0.value.joined(separator: ",")) }.sorted { $0.name < $1.name }
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
