internal import FoundationEssentials

/// A file below `~/.aws/sso/cache`. What is not known here is kept when it is written back.
struct SingleSignOnToken: Sendable {
    let accessToken: Secret
    /// In seconds since 1970.
    let expiration: Double?
    private let fields: [String: JSONText]

    init?(_ bytes: [UInt8]) {
        guard let fields = try? JSONDecoder().decode([String: JSONText].self, from: Data(bytes)) else { return nil }
        self.init(fields)
    }

    private init?(_ fields: [String: JSONText]) {
        guard let token = fields["accessToken"]?.text else { return nil }
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
        guard let answer = try? JSONDecoder().decode(Answer.self, from: Data(answer)) else { return nil }
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

/// A value of a flat JSON document.
private enum JSONText: Codable, Sendable {
    case text(String)
    case list([String])
    case other

    var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let list = try? container.decode([String].self) {
            self = .list(list)
        } else {
            self = .other
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .list(let list): try container.encode(list)
        case .other: try container.encodeNil()
        }
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
        guard let answer = try? JSONDecoder().decode(Self.self, from: Data(bytes)) else { return nil }
        self = answer
    }

    var credentials: AWSCredentials {
        AWSCredentials(
            accessKeyID: roleCredentials.accessKeyId, secretAccessKey: Secret(roleCredentials.secretAccessKey),
            sessionToken: Secret(roleCredentials.sessionToken), expiration: roleCredentials.expiration / 1000)
    }
}
