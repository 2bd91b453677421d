internal import StoreTransport

/// AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
struct EnvironmentCredentials: CredentialProvider {
    let environment: ProviderEnvironment
    let name = "environment variables"
    let absence = "no AWS_ACCESS_KEY_ID"

    func credentials() async throws(CredentialFailure) -> FoundCredentials<AWSCredentials>? {
        let secret = environment["AWS_SECRET_ACCESS_KEY"]
        guard let key = environment["AWS_ACCESS_KEY_ID"] else {
            guard secret != nil else { return nil }
            throw partial("AWS_SECRET_ACCESS_KEY is set, but AWS_ACCESS_KEY_ID is \(state("AWS_ACCESS_KEY_ID"))")
        }
        guard let secret else {
            throw partial("AWS_ACCESS_KEY_ID is set, but AWS_SECRET_ACCESS_KEY is \(state("AWS_SECRET_ACCESS_KEY"))")
        }
        let token = environment["AWS_SECURITY_TOKEN"] ?? environment["AWS_SESSION_TOKEN"]
        let credentials = AWSCredentials(
            accessKeyID: key, secretAccessKey: Secret(secret), sessionToken: token.map(Secret.init),
            expiration: environment["AWS_CREDENTIAL_EXPIRATION"].flatMap(Timestamp.seconds))
        return try FoundCredentials(
            credentials, source: name, provider: name,
            named: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"])
    }

    /// A variable that is set to nothing is not the same mistake as one that is not set.
    private func state(_ variable: String) -> String {
        environment.isEmpty(variable) ? "empty" : "not set"
    }

    private func partial(_ words: String) -> CredentialFailure {
        CredentialFailure(
            .partial, name, words,
            remedy: "set both or neither; a build secret that is not mounted leaves its variable empty")
    }
}
