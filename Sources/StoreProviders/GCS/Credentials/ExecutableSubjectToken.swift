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
                .notSupported, provider, GCSCredentialFault.programSetting(.notAllowed(variable: Self.permission)))
        }
        let command = try settings.required(executable.command, "credential_source.executable.command", provider)
        guard let words = ShellWords.split(command), !words.isEmpty else {
            throw CredentialFailure(.misconfigured, provider, GCSCredentialFault.programSetting(.invalidCommand))
        }
        let milliseconds = executable.timeoutMillis ?? 30_000
        guard (5_000...120_000).contains(milliseconds) else {
            throw CredentialFailure(
                .misconfigured, provider, GCSCredentialFault.programSetting(.invalidTimeout(milliseconds)))
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
        let output = try await output()
        // It may leave its answer in the file alone.
        let answer = output.standardOutput.isEmpty ? left() : ExecutableAnswer(output.standardOutput)
        guard let answer, answer.isKnown else { throw failure(.malformed, .program(words[0], .printedNothing)) }
        guard answer.success else {
            let said = [answer.code, answer.message].compactMap(\.self).joined(separator: ": ")
            throw failure(.refused, .program(words[0], .failed(said: said)))
        }
        guard answer.expirationTime.map({ $0.value > settings.environment.now() }) ?? true else {
            throw failure(.malformed, .program(words[0], .printedExpiredToken))
        }
        guard let token = answer.token else { throw failure(.malformed, .program(words[0], .printedNoToken)) }
        return token
    }

    private func output() async throws(CredentialFailure) -> Subprocess.Output {
        let output: Subprocess.Output
        do {
            output = try await Subprocess.run(words, adding: variables, timeout: timeout)
        } catch {
            throw failure(error.isInterruption ? .unreachable : .misconfigured, .program(words[0], .fault(error)))
        }
        guard output.status == 0 else {
            throw failure(
                .refused, .program(words[0], .exited(status: output.status, said: output.firstErrorLine)))
        }
        return output
    }

    private func failure(_ kind: CredentialFailure.Kind, _ fault: GCSCredentialFault) -> CredentialFailure {
        CredentialFailure(kind, provider, fault)
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
