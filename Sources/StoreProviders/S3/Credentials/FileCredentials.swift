internal import AssetModel
internal import StoreTransport

/// The keys that stand in one of the two files.
struct FileCredentials: CredentialProvider {
    enum File: String {
        case credentials = "shared credentials file"
        case config = "config file"
    }

    let file: File
    let profile: String
    let files: AWSFiles

    var name: String { file.rawValue }
    var absence: S3CredentialAbsence { .noAccessKey(profile: profile) }

    func credentials() async throws(CredentialFailure) -> FoundCredentials<AWSCredentials>? {
        let section = file == .credentials ? files.credentials[profile] : files.config[profile]
        guard let section, let key = section["aws_access_key_id"] else { return nil }
        guard let secret = section["aws_secret_access_key"] else {
            throw CredentialFailure(
                .partial, name, S3CredentialFault.key(.noSecret(profile: profile, key.provenance)))
        }
        let token = section["aws_security_token"] ?? section["aws_session_token"]
        let credentials = AWSCredentials(
            accessKeyID: key.value, secretAccessKey: Secret(secret.value), sessionToken: token.map { Secret($0.value) })
        return try FoundCredentials(credentials, source: .profile(profile, key.provenance), provider: name)
    }
}

/// `aws login`, whose tokens are bound to a key that this tool has not.
struct LoginCredentials: CredentialProvider {
    let profile: CredentialProfile
    let name = "login session"
    let absence = S3CredentialAbsence.noLoginSession

    func credentials() async throws(CredentialFailure) -> FoundCredentials<AWSCredentials>? {
        guard profile.section["login_session"] != nil else { return nil }
        throw CredentialFailure(.notSupported, name, S3CredentialFault.key(.loginSession(profile: profile.name)))
    }
}
