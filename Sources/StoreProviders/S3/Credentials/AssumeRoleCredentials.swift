internal import AssetModel
internal import StoreTransport

/// `role_arn` of a profile, taken with the credentials of another profile or of another source.
struct AssumeRoleCredentials: CredentialProvider {
    let profile: CredentialProfile
    let settings: S3CredentialSettings
    /// The profiles whose roles led here.
    let roles: [String]
    let name = "assume role"
    let absence = S3CredentialAbsence.noKey("role_arn")

    func credentials() async throws(CredentialFailure) -> FoundCredentials<AWSCredentials>? {
        let section = profile.section
        guard let role = section["role_arn"], section["web_identity_token_file"] == nil else { return nil }
        guard section["mfa_serial"] == nil else {
            throw failure(.notSupported, .role(.needsCode(profile: profile.name)))
        }
        let source = try await source()
        let session = section["role_session_name"]?.value ?? "modelkit-assets-\(Int(settings.environment.now()))"
        let credentials = try await SecurityTokenService(settings: settings, provider: name).assumeRole(
            [
                ("RoleArn", role.value), ("RoleSessionName", session), ("ExternalId", section["external_id"]?.value),
                ("DurationSeconds", section["duration_seconds"].flatMap { Int($0.value) }.map { "\($0)" }),
            ], with: source.credentials)
        return try FoundCredentials(
            credentials, source: .role(role.value, profile: profile.name, with: source.source), provider: name)
    }

    private func source() async throws(CredentialFailure) -> FoundCredentials<AWSCredentials> {
        switch (profile.section["source_profile"], profile.section["credential_source"]) {
        case (let source?, nil): return try await ofProfile(source.value)
        case (nil, let source?): return try await ofSource(source)
        case (nil, nil):
            throw failure(.partial, .role(.noSource(profile: profile.name)))
        default:
            throw failure(.misconfigured, .role(.twoSources(profile: profile.name)))
        }
    }

    private func ofSource(_ source: Setting<String>) async throws(CredentialFailure) -> FoundCredentials<AWSCredentials>
    {
        let provider: (any CredentialProvider<AWSCredentials>)? =
            switch source.value {
            case "Environment": EnvironmentCredentials(environment: settings.environment)
            case "EcsContainer": ContainerCredentials(settings: settings)
            case "Ec2InstanceMetadata": InstanceCredentials(settings: settings)
            default: nil
            }
        guard let provider else { throw failure(.misconfigured, .role(.invalidSource(source))) }
        if let found = try await provider.credentials() { return found }
        throw failure(.noneFound, .role(.emptySource(source, provider.absence)))
    }

    private func ofProfile(_ source: String) async throws(CredentialFailure) -> FoundCredentials<AWSCredentials> {
        guard let section = settings.files.profile(source) else {
            throw failure(.misconfigured, .role(.unknownProfile(source, profile: profile.name)))
        }
        // A role of a profile that has keys too is not taken on the way to another.
        // Source: botocore's `AssumeRoleProvider._resolve_credentials_from_profile`
        let hasKeys = section["aws_access_key_id"] != nil || section["aws_secret_access_key"] != nil
        guard !(roles + [profile.name]).contains(source) || hasKeys && source == profile.name else {
            throw failure(.misconfigured, .role(.circle(roles + [profile.name, source])))
        }
        let base = CredentialProfile(name: source, section: section, heedsEnvironment: false)
        let providers = S3CredentialChain.ofProfile(base, settings, roles: hasKeys ? nil : roles + [profile.name])
        for provider in providers {
            if let found = try await provider.credentials() { return found }
        }
        throw failure(.noneFound, .role(.emptyProfile(source)))
    }

    private func failure(_ kind: CredentialFailure.Kind, _ fault: S3CredentialFault) -> CredentialFailure {
        CredentialFailure(kind, name, fault)
    }
}
