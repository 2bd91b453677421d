internal import AssetModel
internal import StoreTransport

/// `credential_process` of a profile: a program that prints credentials.
/// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>
struct ProcessCredentials: CredentialProvider {
    let profile: CredentialProfile
    let name = "credential process"
    let absence = "no credential_process in the profile"

    func credentials() async throws(CredentialFailure) -> FoundCredentials<AWSCredentials>? {
        guard let setting = profile.section["credential_process"] else { return nil }
        guard let words = ShellWords.split(setting.value), let program = words.first else {
            throw CredentialFailure(
                .misconfigured, name, "invalid command in credential_process (\(setting.provenance))",
                remedy: "write a program and its arguments, with balanced quotes")
        }
        let output: Subprocess.Output
        do {
            output = try await Subprocess.run(words)
        } catch {
            throw CredentialFailure(
                error.isInterruption ? .unreachable : .misconfigured, name, "`\(program)` \(error.words)",
                remedy: "check it in \(setting.provenance)")
        }
        guard output.status == 0 else {
            let said = output.firstErrorLine.map { ": \($0)" } ?? ""
            throw CredentialFailure(
                .refused, name, "`\(program)` exited with status \(output.status)\(said)",
                remedy: "run it manually: it is the credential_process of \(setting.provenance)")
        }
        guard let document = CredentialDocument(output.standardOutput), document.Version == 1,
            let credentials = document.credentials
        else {
            throw CredentialFailure(
                .malformed, name, "`\(program)` printed no credentials",
                remedy: "it must print JSON with Version 1, AccessKeyId and SecretAccessKey")
        }
        return try FoundCredentials(
            credentials, source: "`\(program)` of profile \(profile.name)", provider: name)
    }
}
