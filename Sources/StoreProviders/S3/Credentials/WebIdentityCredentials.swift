internal import AssetModel
internal import StoreTransport

/// A token in a file that is exchanged for a role: how Kubernetes and CI systems let their jobs in.
struct WebIdentityCredentials: CredentialProvider {
    let profile: CredentialProfile
    let settings: S3CredentialSettings
    let name = "web identity"
    let absence = S3CredentialAbsence.noVariable("AWS_WEB_IDENTITY_TOKEN_FILE")

    func credentials() async throws(CredentialFailure) -> FoundCredentials<AWSCredentials>? {
        guard let file = setting("AWS_WEB_IDENTITY_TOKEN_FILE", "web_identity_token_file") else { return nil }
        guard let role = setting("AWS_ROLE_ARN", "role_arn") else {
            throw CredentialFailure(.partial, name, S3CredentialFault.role(.noRole))
        }
        let token = try TokenFile.read(file, settings.environment, provider: name)
        let session =
            setting("AWS_ROLE_SESSION_NAME", "role_session_name")?.value
            ?? "modelkit-assets-\(Int(settings.environment.now()))"
        let credentials = try await SecurityTokenService(settings: settings, provider: name).assumeRoleWithWebIdentity(
            [("RoleArn", role.value), ("RoleSessionName", session), ("WebIdentityToken", token.exposed)])
        return try FoundCredentials(
            credentials, source: .webIdentity(role: role.value, tokenFile: file.value), provider: name)
    }

    private func setting(_ variable: String, _ key: String) -> Setting<String>? {
        (profile.heedsEnvironment ? settings.environment.setting([variable]) : nil) ?? profile.section[key]
    }
}

/// A file that holds a token alone.
enum TokenFile {
    /// The token without the newline that editors leave behind it, which botocore would send.
    static func read(
        _ file: Setting<String>, _ environment: ProviderEnvironment, provider: String
    ) throws(CredentialFailure) -> Secret {
        let fault = { (fault: TokenFileFault) in
            CredentialFailure(.misconfigured, provider, S3CredentialFault.tokenFile(fault, file))
        }
        let bytes: [UInt8]?
        do {
            bytes = try SmallFile.read(environment.expanding(file.value))
        } catch {
            throw fault(.unreadable(error))
        }
        guard let bytes else { throw fault(.missing) }
        let token = String(decoding: bytes, as: UTF8.self).trimmed
        guard !token.isEmpty else { throw fault(.empty) }
        guard !token.contains(where: \.isNewline) else { throw fault(.severalLines) }
        return Secret(token)
    }
}
