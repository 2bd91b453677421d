internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import StoreTransport

/// A server that gives access tokens for a form.
///
/// Source: <https://www.rfc-editor.org/rfc/rfc6749#section-5>; google-auth's `oauth2/_client.py`.
struct TokenEndpoint: Sendable {
    let settings: GCSCredentialSettings
    let url: HTTPURL
    /// In messages: `service account`.
    let provider: String

    private static let attempts = 3

    /// - Parameters:
    ///   - secrets: what the form holds that no message may show.
    ///   - client: whose name and secret go into the header, where there is one.
    func token(
        _ form: [(name: String, value: String?)], secrets: [Secret], client: (name: String, secret: Secret)? = nil
    ) async throws(CredentialFailure) -> TokenAnswer {
        var request = HTTPRequest(
            .POST, url, headers: ["content-type": "application/x-www-form-urlencoded"],
            body: .bytes(ByteBuffer(string: PercentEncoding.query(form.filter { $0.value != nil }))))
        if let client {
            let pair = Base64.encode(Array("\(client.name):\(client.secret.exposed)".utf8))
            request.headers.add(name: "authorization", value: "Basic \(pair)")
        }
        let answer = try await settings.call(provider, .tokenServer, attempts: Self.attempts).send(request)
        if answer.status == 200 { return try read(answer) }
        throw refusal(answer, Redaction(of: request, and: secrets))
    }

    private func read(_ answer: BufferedResponse) throws(CredentialFailure) -> TokenAnswer {
        guard let token = TokenAnswer(answer.body, now: settings.environment.now()) else {
            throw CredentialFailure(
                .malformed, provider, GCSCredentialFault.noToken(.tokenServer, origin: url.origin))
        }
        return token
    }

    private func refusal(_ answer: BufferedResponse, _ redaction: Redaction) -> CredentialFailure {
        let fault = TokenFault(answer)
        let words = fault.map { ServiceWords.said(redaction($0.text)) } ?? .status(answer.status)
        guard !answer.isTransientFailure, fault?.isTransient != true else {
            return CredentialFailure(
                .unreachable, provider, GCSCredentialFault.tokenServerFailed(origin: url.origin, words))
        }
        return CredentialFailure(
            .refused, provider, GCSCredentialFault.tokenServerDenied(origin: url.origin, words, fault?.advice))
    }
}

/// What a token server answers.
struct TokenAnswer: Sendable {
    let token: AccessToken
    /// A new one in place of the one that was used.
    let refreshToken: Secret?

    private struct Document: Decodable {
        let accessToken: String
        let expiresIn: LooseNumber?
        let refreshToken: String?
    }

    /// - Parameter now: in seconds since 1970.
    /// - Returns: nil where there is no token.
    init?(_ bytes: [UInt8], now: Double) {
        guard let document = JSONDocument.decode(Document.self, from: bytes, keys: .convertFromSnakeCase),
            document.accessToken.isHeaderSafe
        else { return nil }
        token = AccessToken(
            value: Secret(document.accessToken), expiration: document.expiresIn.map { now + $0.value })
        refreshToken = document.refreshToken.map(Secret.init)
    }
}

extension String {
    /// Whether it can be sent as a part of a header.
    var isHeaderSafe: Bool { !isEmpty && utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F } }
}

/// A number, which some servers write as a text.
struct LooseNumber: Decodable, Sendable {
    let value: Double

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if let number = try? container.decode(Double.self) {
            value = number
        } else if let number = Double(try container.decode(String.self)) {
            value = number
        } else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "no number")
        }
    }
}

/// What a token server says is wrong.
struct TokenFault: Sendable {
    let code: String
    let description: String?
    let subtype: String?

    private struct Document: Decodable {
        let error: String
        let errorDescription: String?
        let errorSubtype: String?
    }

    /// Nil where all went well, or where the answer is not from a token server.
    init?(_ answer: BufferedResponse) {
        guard answer.status != 200,
            let document = JSONDocument.decode(Document.self, from: answer.body, keys: .convertFromSnakeCase)
        else { return nil }
        code = document.error
        description = document.errorDescription
        subtype = document.errorSubtype
    }

    /// `invalid_grant: Invalid JWT Signature.`
    var text: String {
        let detail = [description, subtype].compactMap(\.self).joined(separator: ", ")
        return [code, detail].filter { !$0.isEmpty }.joined(separator: ": ")
    }

    /// Whether the same request may succeed later. Source: google-auth's `oauth2/_client.py`
    var isTransient: Bool {
        [code, description].contains { ["internal_failure", "server_error", "temporarily_unavailable"].contains($0) }
    }

    var advice: TokenAdvice? {
        let text = text.lowercased()
        return switch true {
        case text.contains("rapt"): .reauthenticate
        case text.contains("reasonable timeframe") || text.contains("iat") || text.contains("issued in the future"):
            .correctClock
        case text.contains("jwt signature"): .createKey
        case text.contains("account not found") || text.contains("account has been deleted"): .useOtherAccount
        case code == "invalid_grant": .logIn
        case code == "invalid_client" || code == "unauthorized_client" || code == "invalid_target": .checkFile
        default: nil
        }
    }
}
