internal import AssetModel
internal import StoreTransport

/// Looks for credentials where boto3 does, in its order: the first provider that is configured is asked, and where it fails,
/// no other one.
///
/// Source: botocore's `credentials.py`, `create_credential_resolver`.
struct S3CredentialChain: Sendable {
    let providers: [any CredentialProvider<AWSCredentials>]
    private let environment: ProviderEnvironment

    init(_ settings: S3CredentialSettings) {
        environment = settings.environment
        let name = settings.configuration.profile.value
        let profile = CredentialProfile(
            name: name, section: settings.files.profile(name) ?? AWSSection(), heedsEnvironment: true)
        providers =
            [EnvironmentCredentials(environment: settings.environment)] + Self.ofProfile(profile, settings, roles: [])
            + [ContainerCredentials(settings: settings), InstanceCredentials(settings: settings)]
    }

    /// What a profile can say.
    ///
    /// - Parameter roles: the profiles whose roles led here, so that no circle is followed; nil where no role of its own
    ///   is to be taken.
    static func ofProfile(
        _ profile: CredentialProfile, _ settings: S3CredentialSettings, roles: [String]?
    ) -> [any CredentialProvider<AWSCredentials>] {
        let role = roles.map { AssumeRoleCredentials(profile: profile, settings: settings, roles: $0) }
        return (role.map { [$0] } ?? []) + [
            WebIdentityCredentials(profile: profile, settings: settings),
            SingleSignOnCredentials(profile: profile, settings: settings),
            FileCredentials(file: .credentials, profile: profile.name, files: settings.files),
            LoginCredentials(profile: profile),
            ProcessCredentials(profile: profile),
            FileCredentials(file: .config, profile: profile.name, files: settings.files),
        ]
    }

    /// - Throws: `.noneFound` where nothing is configured.
    func find() async throws(CredentialFailure) -> FoundCredentials<AWSCredentials> {
        var absences: [S3CredentialFault.Absence] = []
        for provider in providers {
            if let found = try await provider.credentials() { return try unexpired(found, of: provider.name) }
            absences.append(.init(provider: provider.name, absence: provider.absence))
        }
        throw CredentialFailure(.noneFound, "", S3CredentialFault.noneFound(absences, missingFile))
    }

    private func unexpired(_ found: FoundCredentials<AWSCredentials>, of provider: String) throws(CredentialFailure)
        -> FoundCredentials<AWSCredentials>
    {
        guard let expiration = found.credentials.expiration, expiration <= environment.now() else { return found }
        throw CredentialFailure(.expired, provider, S3CredentialFault.expired(found.source, at: expiration))
    }

    /// A secret that a build or a pod was to mount, and did not.
    private var missingFile: S3MissingFile? {
        for variable in ["AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"] {
            // /dev/null stands for no file.
            guard let path = environment[variable], path != "/dev/null" else { continue }
            let bytes = (try? SmallFile.read(environment.expanding(path))) ?? nil
            if bytes?.isEmpty ?? true {
                return S3MissingFile(variable: variable, path: path, isEmpty: bytes != nil)
            }
        }
        return nil
    }
}
