internal import FoundationEssentials
internal import StoreTransport

/// A file below `~/.aws/sso/cache`. What is not known here is kept when it is written back.
struct SingleSignOnToken: Sendable {
    let accessToken: Secret
    /// In seconds since 1970.
    let expiration: Double?
    private let fields: [String: JSONValue]

    init?(_ bytes: [UInt8]) {
        guard let fields = JSONDocument.decode([String: JSONValue].self, from: bytes) else { return nil }
        self.init(fields)
    }

    private init?(_ fields: [String: JSONValue]) {
        // It is sent in a header.
        guard let token = fields["accessToken"]?.text, !token.contains(where: \.isNewline) else { return nil }
        self.fields = fields
        accessToken = Secret(token)
        expiration = fields["expiresAt"]?.text.flatMap(Timestamp.seconds)
    }

    /// The request for a new one; nil where it cannot be renewed.
    var renewal: [UInt8]? {
        guard let client = fields["clientId"]?.text, let secret = fields["clientSecret"]?.text,
            let token = fields["refreshToken"]?.text
        else { return nil }
        let body = [
            "clientId": client, "clientSecret": secret, "grantType": "refresh_token", "refreshToken": token,
        ]
        return (try? JSONEncoder().encode(body)).map { Array($0) }
    }

    func renewed(by answer: [UInt8], now: Double) -> SingleSignOnToken? {
        struct Answer: Decodable {
            let accessToken: String
            let expiresIn: Double
            let refreshToken: String?
        }
        guard let answer = JSONDocument.decode(Answer.self, from: answer) else { return nil }
        var fields = fields
        fields["accessToken"] = .text(answer.accessToken)
        fields["expiresAt"] = .text(Timestamp.text(now + answer.expiresIn))
        if let token = answer.refreshToken { fields["refreshToken"] = .text(token) }
        return SingleSignOnToken(fields)
    }

    var document: String? {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(fields)).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// What the portal of single sign-on answers.
struct SingleSignOnAnswer: Decodable {
    struct Role: Decodable {
        let accessKeyId: String
        let secretAccessKey: String
        let sessionToken: String
        /// In milliseconds since 1970.
        let expiration: Double
    }

    let roleCredentials: Role

    init?(_ bytes: [UInt8]) {
        guard let answer = JSONDocument.decode(Self.self, from: bytes) else { return nil }
        self = answer
    }

    var credentials: AWSCredentials {
        AWSCredentials(
            accessKeyID: roleCredentials.accessKeyId, secretAccessKey: Secret(roleCredentials.secretAccessKey),
            sessionToken: Secret(roleCredentials.sessionToken), expiration: roleCredentials.expiration / 1000)
    }
}
