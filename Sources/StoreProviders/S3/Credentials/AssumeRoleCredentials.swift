internal import AssetModel
internal import StoreTransport

/// `role_arn` of a profile, taken with the credentials of another profile or of another source.
struct AssumeRoleCredentials: CredentialProvider {
    let profile: CredentialProfile
    let settings: S3CredentialSettings
    /// The profiles whose roles led here.
    let roles: [String]
    let name = "assume role"
    let absence = "no role_arn in the profile"

    func credentials() async throws(CredentialFailure) -> FoundCredentials<AWSCredentials>? {
        let section = profile.section
        guard let role = section["role_arn"], section["web_identity_token_file"] == nil else { return nil }
        guard section["mfa_serial"] == nil else {
            throw CredentialFailure(
                .notSupported, name,
                "profile `\(profile.name)` requires an MFA code, which this program cannot prompt for",
                remedy: "get credentials with `aws configure export-credentials`, or use a role without `mfa_serial`")
        }
        let source = try await source()
        let session = section["role_session_name"]?.value ?? "modelkit-assets-\(Int(settings.environment.now()))"
        let credentials = try await SecurityTokenService(settings: settings, provider: name).assumeRole(
            [
                ("RoleArn", role.value), ("RoleSessionName", session), ("ExternalId", section["external_id"]?.value),
                ("DurationSeconds", section["duration_seconds"].flatMap { Int($0.value) }.map { "\($0)" }),
            ], with: source.credentials)
        return try FoundCredentials(
            credentials, source: "role \(role.value) of profile \(profile.name), assumed with \(source.source)",
            provider: name)
    }

    private func source() async throws(CredentialFailure) -> FoundCredentials<AWSCredentials> {
        switch (profile.section["source_profile"], profile.section["credential_source"]) {
        case (let source?, nil): return try await ofProfile(source.value)
        case (nil, let source?): return try await ofSource(source)
        case (nil, nil):
            throw CredentialFailure(
                .partial, name,
                "profile `\(profile.name)` has role_arn but neither source_profile nor credential_source",
                remedy: "add the one whose credentials may assume the role")
        default:
            throw CredentialFailure(
                .misconfigured, name, "profile `\(profile.name)` has both source_profile and credential_source",
                remedy: "remove one of them")
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
        guard let provider else {
            throw CredentialFailure(
                .misconfigured, name, "invalid credential_source `\(source.value)` (\(source.provenance))",
                remedy: "use Environment, EcsContainer or Ec2InstanceMetadata")
        }
        if let found = try await provider.credentials() { return found }
        throw CredentialFailure(
            .noneFound, name, "credential_source \(source.value) has no credentials: \(provider.absence)",
            remedy: "use a different credential_source (\(source.provenance))")
    }

    private func ofProfile(_ source: String) async throws(CredentialFailure) -> FoundCredentials<AWSCredentials> {
        guard let section = settings.files.profile(source) else {
            throw CredentialFailure(
                .misconfigured, name, "unknown source_profile `\(source)` in profile `\(profile.name)`",
                remedy: "add `[profile \(source)]` to ~/.aws/config, or `[\(source)]` to ~/.aws/credentials")
        }
        // A role of a profile that has keys too is not taken on the way to another.
        // Source: botocore's `AssumeRoleProvider._resolve_credentials_from_profile`
        let hasKeys = section["aws_access_key_id"] != nil || section["aws_secret_access_key"] != nil
        guard !(roles + [profile.name]).contains(source) || hasKeys && source == profile.name else {
            throw CredentialFailure(
                .misconfigured, name,
                "circular source_profile chain: \((roles + [profile.name, source]).joined(separator: " → "))",
                remedy: "give one of these profiles its own credentials")
        }
        let base = CredentialProfile(name: source, section: section, heedsEnvironment: false)
        let providers = S3CredentialChain.ofProfile(base, settings, roles: hasKeys ? nil : roles + [profile.name])
        for provider in providers {
            if let found = try await provider.credentials() { return found }
        }
        throw CredentialFailure(
            .noneFound, name, "source_profile `\(source)` has no credentials",
            remedy: "add an access key, a role or a credential_process, or use a different profile")
    }
}
