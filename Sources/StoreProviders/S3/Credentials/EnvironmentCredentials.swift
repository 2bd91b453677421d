/// AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
struct EnvironmentCredentials: CredentialProvider {
    let environment: ProviderEnvironment
    let name = "environment variables"
    let absence = "no AWS_ACCESS_KEY_ID"

    func credentials() async throws(CredentialFailure) -> FoundCredentials? {
        guard let key = environment["AWS_ACCESS_KEY_ID"] else { return nil }
        guard let secret = environment["AWS_SECRET_ACCESS_KEY"] else {
            throw CredentialFailure(
                .partial, name, "AWS_ACCESS_KEY_ID is set, and AWS_SECRET_ACCESS_KEY is missing or empty",
                remedy: "set both, or neither; a build's secret that was not mounted leaves a variable empty")
        }
        let token = environment["AWS_SECURITY_TOKEN"] ?? environment["AWS_SESSION_TOKEN"]
        let credentials = AWSCredentials(
            accessKeyID: key, secretAccessKey: Secret(secret), sessionToken: token.map(Secret.init),
            expiration: environment["AWS_CREDENTIAL_EXPIRATION"].flatMap(Timestamp.seconds))
        return FoundCredentials(credentials: credentials, source: name)
    }
}
