internal import FoundationEssentials
internal import NIOHTTP1
internal import StoreTransport

/// Where the token comes from that an external account exchanges.
protocol SubjectTokenSource: Sendable {
    func token() async throws(CredentialFailure) -> Secret
}

enum SubjectTokens {
    /// - Throws: where the file names none, or one that is not supported.
    static func source(
        _ file: GoogleCredentialFile, audience: String, tokenType: String, _ settings: GCSCredentialSettings,
        provider: String
    ) throws(CredentialFailure) -> any SubjectTokenSource {
        let source = try settings.required(file.credentialSource, "credential_source", provider)
        if tokenType == "urn:ietf:params:aws:token-type:aws4_request" {
            return try AmazonSubjectToken(source, audience: audience, settings, provider: provider)
        }
        if let executable = source.executable {
            return try ExecutableSubjectToken(
                executable, file, audience: audience, tokenType: tokenType, settings, provider: provider)
        }
        let format = try TokenFormat(source.format, provider: provider)
        switch (source.file, source.url) {
        case (let path?, nil):
            return FileSubjectToken(path: path, format: format, settings: settings, provider: provider)
        case (nil, let url?):
            return URLSubjectToken(
                url: try settings.address(anyScheme: url, "credential_source.url", provider),
                headers: source.headers, format: format, settings: settings, provider: provider)
        default:
            throw CredentialFailure(.notSupported, provider, GCSCredentialFault.subject(.unknownSource))
        }
    }
}

/// How a token stands in what was read.
struct TokenFormat: Sendable {
    /// Of a JSON document; nil where the text is the token.
    let field: String?
    let provider: String

    init(
        _ format: GoogleCredentialFile.Format?, provider: String
    ) throws(CredentialFailure) {
        self.provider = provider
        switch format?.type ?? "text" {
        case "text": field = nil
        case "json":
            guard let name = format?.subjectTokenFieldName else {
                throw CredentialFailure(.partial, provider, GCSCredentialFault.subject(.noTokenField))
            }
            field = name
        case let other:
            throw CredentialFailure(.misconfigured, provider, GCSCredentialFault.subject(.unknownFormat(other)))
        }
    }

    func token(in bytes: [UInt8], from place: SubjectTokenPlace) throws(CredentialFailure) -> Secret {
        var text = String(decoding: bytes, as: UTF8.self).trimmed
        if let field {
            guard let value = JSONFields(bytes)?.text(field) else {
                throw CredentialFailure(
                    .malformed, provider, GCSCredentialFault.subject(.noToken(field: field, place)))
            }
            text = value
        }
        guard !text.isEmpty else {
            throw CredentialFailure(.malformed, provider, GCSCredentialFault.subject(.emptyToken(place)))
        }
        return Secret(text)
    }
}

/// A file that the platform of the job rewrites: it is read again for each exchange.
struct FileSubjectToken: SubjectTokenSource {
    let path: String
    let format: TokenFormat
    let settings: GCSCredentialSettings
    let provider: String

    func token() async throws(CredentialFailure) -> Secret {
        let bytes: [UInt8]?
        do {
            bytes = try SmallFile.read(settings.environment.expanding(path))
        } catch {
            throw CredentialFailure(.misconfigured, provider, GCSCredentialFault.subject(.unreadableFile(error)))
        }
        guard let bytes else {
            throw CredentialFailure(.misconfigured, provider, GCSCredentialFault.subject(.missingFile(path)))
        }
        return try format.token(in: bytes, from: .file(path))
    }
}

/// A service beside the job: GitHub's, Azure's.
struct URLSubjectToken: SubjectTokenSource {
    let url: HTTPURL
    let headers: [String: String]
    let format: TokenFormat
    let settings: GCSCredentialSettings
    let provider: String

    func token() async throws(CredentialFailure) -> Secret {
        let fields = HTTPHeaders(headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        let answer = try await settings.call(provider, .subjectTokens, attempts: 3)
            .send(HTTPRequest(.GET, url, headers: fields))
        guard answer.status == 200 else {
            throw CredentialFailure(
                answer.isTransientFailure ? .unreachable : .refused, provider,
                GCSCredentialFault.status(.subjectTokens, origin: url.origin, answer.status))
        }
        return try format.token(in: answer.body, from: .service(origin: url.origin))
    }
}
