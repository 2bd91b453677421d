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
