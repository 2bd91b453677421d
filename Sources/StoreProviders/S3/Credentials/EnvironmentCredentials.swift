internal import StoreTransport

/// AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.
struct EnvironmentCredentials: CredentialProvider {
    let environment: ProviderEnvironment
    let name = "environment variables"
    let absence = S3CredentialAbsence.noVariable("AWS_ACCESS_KEY_ID")

    func credentials() async throws(CredentialFailure) -> FoundCredentials<AWSCredentials>? {
        let secret = environment["AWS_SECRET_ACCESS_KEY"]
        guard let key = environment["AWS_ACCESS_KEY_ID"] else {
            guard secret != nil else { return nil }
            throw half("AWS_ACCESS_KEY_ID", .accessKey)
        }
        guard let secret else { throw half("AWS_SECRET_ACCESS_KEY", .secretAccessKey) }
        let token = environment["AWS_SECURITY_TOKEN"] ?? environment["AWS_SESSION_TOKEN"]
        let credentials = AWSCredentials(
            accessKeyID: key, secretAccessKey: Secret(secret), sessionToken: token.map(Secret.init),
            expiration: environment["AWS_CREDENTIAL_EXPIRATION"].flatMap(Timestamp.seconds))
        return try FoundCredentials(
            credentials, source: .environment, provider: name,
            named: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"].map { .variable($0) })
    }

    /// A variable that is set to nothing is not the same mistake as one that is not set.
    private func half(_ variable: String, _ part: S3SecretPart) -> CredentialFailure {
        CredentialFailure(
            .partial, name, S3CredentialFault.key(.half(lacks: part, isEmpty: environment.isEmpty(variable))))
    }
}
