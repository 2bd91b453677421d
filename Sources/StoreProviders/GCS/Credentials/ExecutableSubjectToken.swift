internal import FoundationEssentials
internal import NIOHTTP1
internal import StoreTransport

/// A program, where the environment allows it.
///
/// Source: google-auth's `pluggable.py`
struct ExecutableSubjectToken: SubjectTokenSource {
    private let words: [String]
    /// In seconds.
    private let timeout: Double
    private let outputFile: String?
    private let variables: [String: String]
    private let settings: GCSCredentialSettings
    private let provider: String

    private static let permission = "GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES"

    init(
        _ executable: GoogleCredentialFile.Executable, _ file: GoogleCredentialFile, audience: String,
        tokenType: String, _ settings: GCSCredentialSettings, provider: String
    ) throws(CredentialFailure) {
        guard settings.environment[Self.permission] == "1" else {
            throw CredentialFailure(
                .notSupported, provider, "the credentials file runs a program, which is not allowed by default",
                remedy: "if you trust the file, set \(Self.permission)=1")
        }
        let command = try settings.required(executable.command, "credential_source.executable.command", provider)
        guard let words = ShellWords.split(command), !words.isEmpty else {
            throw CredentialFailure(
                .misconfigured, provider, "invalid command in `credential_source.executable.command`",
                remedy: "write a program and its arguments, with balanced quotes")
        }
        let milliseconds = executable.timeoutMillis ?? 30_000
        guard (5_000...120_000).contains(milliseconds) else {
            throw CredentialFailure(
                .misconfigured, provider, "invalid `timeout_millis` \(milliseconds)",
                remedy: "use 5000 to 120000")
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
                .refused, provider, "`\(words[0])` exited with status \(output.status)\(said)",
                remedy: "run it manually with the same environment variables")
        }
        // It may leave its answer in the file alone.
        let answer = output.standardOutput.isEmpty ? left() : ExecutableAnswer(output.standardOutput)
        guard let answer, answer.isKnown else {
            throw CredentialFailure(
                .malformed, provider, "`\(words[0])` printed no token",
                remedy: "it must print JSON with version, success, token_type and the token")
        }
        guard answer.success else {
            throw CredentialFailure(
                .refused, provider,
                "`\(words[0])` failed:  \([answer.code, answer.message].compactMap(\.self).joined(separator: ": "))",
                remedy: "run it manually with the same environment variables")
        }
        guard answer.expirationTime.map({ $0.value > settings.environment.now() }) ?? true else {
            throw CredentialFailure(
                .malformed, provider, "`\(words[0])` printed an expired token", remedy: "check its expiration_time")
        }
        guard let token = answer.token else {
            throw CredentialFailure(
                .malformed, provider, "`\(words[0])` printed no token", remedy: "check its token_type and token field")
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
