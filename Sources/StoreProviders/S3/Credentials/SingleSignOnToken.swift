internal import FoundationEssentials

/// A file below `~/.aws/sso/cache`. What is not known here is kept when it is written back.
struct SingleSignOnToken: Sendable {
    let accessToken: Secret
    /// In seconds since 1970.
    let expiration: Double?
    private let fields: [String: JSONValue]

    init?(_ bytes: [UInt8]) {
        guard let fields = try? JSONDecoder().decode([String: JSONValue].self, from: Data(bytes)) else { return nil }
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

/// A value of JSON, kept as it is for whoever wrote it.
private indirect enum JSONValue: Codable, Sendable {
    case text(String)
    case flag(Bool)
    case integer(Int64)
    case number(Double)
    case list([JSONValue])
    case object([String: JSONValue])
    case null

    var text: String? {
        if case .text(let text) = self { text } else { nil }
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let text = try? container.decode(String.self) {
            self = .text(text)
        } else if let flag = try? container.decode(Bool.self) {
            self = .flag(flag)
        } else if let integer = try? container.decode(Int64.self) {
            self = .integer(integer)
        } else if let number = try? container.decode(Double.self) {
            self = .number(number)
        } else if let list = try? container.decode([JSONValue].self) {
            self = .list(list)
        } else if let object = try? container.decode([String: JSONValue].self) {
            self = .object(object)
        } else {
            self = .null
        }
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .text(let text): try container.encode(text)
        case .flag(let flag): try container.encode(flag)
        case .integer(let integer): try container.encode(integer)
        case .number(let number): try container.encode(number)
        case .list(let list): try container.encode(list)
        case .object(let object): try container.encode(object)
        case .null: try container.encodeNil()
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
