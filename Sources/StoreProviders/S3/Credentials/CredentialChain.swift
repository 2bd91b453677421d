internal import AssetModel

/// Looks for credentials where boto3 does, in its order: whoever is configured first answers, and where that fails,
/// nobody else is asked.
///
/// Source: botocore's `credentials.py`, `create_credential_resolver`.
struct CredentialChain: Sendable {
    let providers: [any CredentialProvider]

    init(_ settings: CredentialSettings) {
        let name = settings.configuration.profile.value
        let profile = CredentialProfile(
            name: name, section: settings.files.profile(name) ?? AWSSection(), heedsEnvironment: true)
        providers =
            [EnvironmentCredentials(environment: settings.environment)] + Self.ofProfile(profile, settings, roles: [])
            + [ContainerCredentials(settings: settings), InstanceCredentials(settings: settings)]
    }

    /// What a profile can say.
    ///
    /// - Parameter roles: the profiles whose roles led here, so that no circle is followed.
    static func ofProfile(
        _ profile: CredentialProfile, _ settings: CredentialSettings, roles: [String]
    ) -> [any CredentialProvider] {
        [
            AssumeRoleCredentials(profile: profile, settings: settings, roles: roles),
            WebIdentityCredentials(profile: profile, settings: settings),
            SingleSignOnCredentials(profile: profile, settings: settings),
            FileCredentials(file: .credentials, profile: profile.name, files: settings.files),
            LoginCredentials(profile: profile),
            ProcessCredentials(profile: profile),
            FileCredentials(file: .config, profile: profile.name, files: settings.files),
        ]
    }

    /// - Throws: `.noneFound` where nothing is configured.
    func find() async throws(CredentialFailure) -> FoundCredentials {
        var absences: [String] = []
        for provider in providers {
            if let found = try await provider.credentials() { return found }
            absences.append("\(provider.name): \(provider.absence)")
        }
        throw CredentialFailure(
            .noneFound, "", "no credentials were found (\(absences.joined(separator: "; ")))",
            remedy:
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile with AWS_PROFILE, or, for a public "
                + "bucket, give --no-sign-request")
    }
}
