internal import AssetModel
internal import StoreTransport

/// `credential_process` of a profile: a program that prints credentials.
/// Source: <https://docs.aws.amazon.com/sdkref/latest/guide/feature-process-credentials.html>
struct ProcessCredentials: CredentialProvider {
    let profile: CredentialProfile
    let name = "credential process"
    let absence = S3CredentialAbsence.noKey("credential_process")

    func credentials() async throws(CredentialFailure) -> FoundCredentials<AWSCredentials>? {
        guard let setting = profile.section["credential_process"] else { return nil }
        guard let words = ShellWords.split(setting.value), let program = words.first else {
            throw failure(.misconfigured, .invalidCommand(setting.provenance))
        }
        let output: Subprocess.Output
        do {
            output = try await Subprocess.run(words)
        } catch {
            throw failure(
                error.isInterruption ? .unreachable : .misconfigured,
                .program(program, .fault(error), setting.provenance))
        }
        guard output.status == 0 else {
            throw failure(
                .refused,
                .program(
                    program, .exited(status: output.status, said: output.firstErrorLine), setting.provenance))
        }
        guard let document = CredentialDocument(output.standardOutput), document.Version == 1,
            let credentials = document.credentials
        else { throw failure(.malformed, .program(program, .printedNone, setting.provenance)) }
        return try FoundCredentials(
            credentials, source: .program(program, profile: profile.name), provider: name)
    }

    private func failure(_ kind: CredentialFailure.Kind, _ fault: S3CredentialFault) -> CredentialFailure {
        CredentialFailure(kind, name, fault)
    }
}
