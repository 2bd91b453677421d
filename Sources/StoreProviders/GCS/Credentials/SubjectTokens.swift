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
        _ file: GoogleCredentialFile, audience: String, tokenType: String, _ settings: TokenSettings, provider: String
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
            throw CredentialFailure(
                .notSupported, provider, "its `credential_source` is neither `file`, `url`, `executable` nor AWS's",
                remedy: "certificates of a machine (x509) are not supported: use another source")
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
                throw CredentialFailure(
                    .partial, provider, "its `credential_source.format` has no `subject_token_field_name`",
                    remedy: "make the file anew with `gcloud iam workload-identity-pools create-cred-config`")
            }
            field = name
        case let other:
            throw CredentialFailure(
                .misconfigured, provider, "its `credential_source.format` is `\(other)`",
                remedy: "`text` and `json` are known")
        }
    }

    /// - Parameter place: `the file /run/token`.
    func token(in bytes: [UInt8], from place: String) throws(CredentialFailure) -> Secret {
        var text = String(decoding: bytes, as: UTF8.self).trimmed
        if let field {
            guard let value = JSONFields(bytes)?.text(field) else {
                throw CredentialFailure(
                    .malformed, provider, "\(place) has no text `\(field)`",
                    remedy: "check `subject_token_field_name` against what is there")
            }
            text = value
        }
        guard !text.isEmpty else {
            throw CredentialFailure(
                .malformed, provider, "\(place) is empty",
                remedy: "if it is a secret of a build or a pod, check that it is mounted")
        }
        return Secret(text)
    }
}

/// A file that whoever runs the job keeps fresh: it is read again for each exchange.
struct FileSubjectToken: SubjectTokenSource {
    let path: String
    let format: TokenFormat
    let settings: TokenSettings
    let provider: String

    func token() async throws(CredentialFailure) -> Secret {
        let mount = "if it is a secret of a build or a pod, check that it is mounted, and under this path"
        let bytes: [UInt8]?
        do {
            bytes = try SmallFile.read(settings.environment.expanding(path))
        } catch {
            throw CredentialFailure(.misconfigured, provider, error.words, remedy: mount)
        }
        guard let bytes else {
            throw CredentialFailure(
                .misconfigured, provider, "the token file `\(path)` does not exist", remedy: mount)
        }
        return try format.token(in: bytes, from: "the token file `\(path)`")
    }
}

/// A service beside the job: GitHub's, Azure's.
struct URLSubjectToken: SubjectTokenSource {
    let url: HTTPURL
    let headers: [String: String]
    let format: TokenFormat
    let settings: TokenSettings
    let provider: String

    func token() async throws(CredentialFailure) -> Secret {
        let fields = HTTPHeaders(headers.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
        let place = "the token service at \(url.origin)"
        let answer = try await settings.call(provider, "the token service", attempts: 3)
            .send(HTTPRequest(.GET, url, headers: fields))
        guard answer.status == 200 else {
            throw CredentialFailure(
                answer.isFailureForAWhile ? .unreachable : .refused, provider,
                "\(place) answered with status \(answer.status)",
                remedy: "check `credential_source.url` and its headers: this job may not be allowed to ask")
        }
        return try format.token(in: answer.body, from: "the answer of \(place)")
    }
}

/// A program, where the environment allows it.
///
/// Source: google-auth's `pluggable.py`
struct ExecutableSubjectToken: SubjectTokenSource {
    private let words: [String]
    /// In seconds.
    private let timeout: Double
    private let outputFile: String?
    private let variables: [String: String]
    private let settings: TokenSettings
    private let provider: String

    private static let permission = "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES"

    init(
        _ executable: GoogleCredentialFile.Executable, _ file: GoogleCredentialFile, audience: String,
        tokenType: String, _ settings: TokenSettings, provider: String
    ) throws(CredentialFailure) {
        guard settings.environment[Self.permission] == "1" else {
            throw CredentialFailure(
                .notSupported, provider, "the file of credentials names a program, and nobody allowed to run it",
                remedy: "set \(Self.permission)=1 where you trust the file")
        }
        let command = try settings.required(executable.command, "credential_source.executable.command", provider)
        guard let words = ShellWords.split(command), !words.isEmpty else {
            throw CredentialFailure(
                .misconfigured, provider, "its `credential_source.executable.command` is no command",
                remedy: "write a program and its arguments; a quote that opens must close")
        }
        let milliseconds = executable.timeoutMillis ?? 30_000
        guard (5_000...120_000).contains(milliseconds) else {
            throw CredentialFailure(
                .misconfigured, provider, "its `timeout_millis` is \(milliseconds)",
                remedy: "5000 to 120000 are allowed")
        }
        self.words = words
        timeout = Double(milliseconds) / 1000
        outputFile = executable.outputFile
        var variables = [
            "GOOGLE_EXTERNAL_ACCOUNT_AUDIENCE": audience, "GOOGLE_EXTERNAL_ACCOUNT_TOKEN_TYPE": tokenType,
            "GOOGLE_EXTERNAL_ACCOUNT_ID": "", "GOOGLE_EXTERNAL_ACCOUNT_INTERACTIVE": "0",
            "GOOGLE_EXTERNAL_ACCOUNT_REVOKE": "0",
        ]
        variables["GOOGLE_EXTERNAL_ACCOUNT_OUTPUT_FILE"] = executable.outputFile
        variables["GOOGLE_EXTERNAL_ACCOUNT_IMPERSONATED_EMAIL"] = file.serviceAccountImpersonationUrl.flatMap {
            HTTPURL($0).map(ServiceAccountName.of)
        }
        self.variables = variables
        self.settings = settings
        self.provider = provider
    }

    func token() async throws(CredentialFailure) -> Secret {
        if let answer = left(), answer.isFresh(settings.environment.now()), let token = answer.token { return token }
        let output: Subprocess.Output
        do {
            output = try await Subprocess.run(words, adding: variables, timeout: timeout)
        } catch {
            throw CredentialFailure(
                error.isInterruption ? .unreachable : .misconfigured, provider, "`\(words[0])` \(error.words)",
                remedy: "check `credential_source.executable.command`")
        }
        guard output.status == 0 else {
            let said = output.firstErrorLine.map { ": \($0)" } ?? ""
            throw CredentialFailure(
                .refused, provider, "`\(words[0])` ended with status \(output.status)\(said)",
                remedy: "run it by hand, with the variables that it is given")
        }
        // It may leave its answer in the file alone.
        let answer = output.standardOutput.isEmpty ? left() : ExecutableAnswer(output.standardOutput)
        guard let answer, answer.isKnown else {
            throw CredentialFailure(
                .malformed, provider, "`\(words[0])` did not print a token",
                remedy: "it must print JSON with version, success, token_type and the token")
        }
        guard answer.success else {
            throw CredentialFailure(
                .refused, provider,
                "`\(words[0])` gave no token: \([answer.code, answer.message].compactMap(\.self).joined(separator: ": "))",
                remedy: "run it by hand, with the variables that it is given")
        }
        guard answer.expirationTime.map({ $0.value > settings.environment.now() }) ?? true, let token = answer.token
        else {
            throw CredentialFailure(
                .malformed, provider, "`\(words[0])` printed no token that is good now",
                remedy: "look at its token_type and expiration_time")
        }
        return token
    }
}

extension ExecutableSubjectToken {
    /// What a run of the program left in its output file.
    private func left() -> ExecutableAnswer? {
        guard let outputFile else { return nil }
        let bytes = (try? SmallFile.read(settings.environment.expanding(outputFile))) ?? nil
        return bytes.flatMap { ExecutableAnswer($0) }
    }
}

/// What such a program prints.
private struct ExecutableAnswer: Decodable {
    let version: Int?
    let success: Bool
    let tokenType: String?
    let expirationTime: LooseNumber?
    let idToken: String?
    let samlResponse: String?
    let code: String?
    let message: String?

    init?(_ bytes: [UInt8]) {
        guard let answer = JSONDocument.decode(Self.self, from: bytes, keys: .convertFromSnakeCase) else { return nil }
        self = answer
    }

    var isKnown: Bool { version.map { $0 <= 1 } ?? false }

    /// Whether what an earlier run wrote still serves: it must say for how long.
    func isFresh(_ now: Double) -> Bool { isKnown && success && expirationTime.map { $0.value > now } == true }

    var token: Secret? {
        switch tokenType {
        case "urn:ietf:params:oauth:token-type:jwt", "urn:ietf:params:oauth:token-type:id_token":
            idToken.map(Secret.init)
        case "urn:ietf:params:oauth:token-type:saml2": samlResponse.map(Secret.init)
        default: nil
        }
    }
}
