internal import FoundationEssentials

/// A file of Google's credentials, of whatever type: each type has its own of these fields.
///
/// A class because one such document can hold another.
final class GoogleCredentialFile: Decodable, Sendable {
    let type: String?
    let universeDomain: String?
    let quotaProjectId: String?

    // service_account
    let clientEmail: String?
    let privateKey: String?
    let privateKeyId: String?
    let tokenUri: String?

    // authorized_user, external_account_authorized_user
    let clientId: String?
    let clientSecret: String?
    let refreshToken: String?
    let scopes: [String]?

    // external_account
    let audience: String?
    let subjectTokenType: String?
    let tokenUrl: String?
    let credentialSource: CredentialSource?
    let serviceAccountImpersonationUrl: String?
    let serviceAccountImpersonation: Impersonation?
    let workforcePoolUserProject: String?

    // impersonated_service_account
    let sourceCredentials: GoogleCredentialFile?
    let delegates: [String]?

    struct Impersonation: Decodable, Sendable {
        let tokenLifetimeSeconds: Int?
    }

    /// Where an external account's own token comes from.
    struct CredentialSource: Decodable, Sendable {
        struct Format: Decodable, Sendable {
            let type: String?
            let subjectTokenFieldName: String?
        }

        struct Executable: Decodable, Sendable {
            let command: String?
            let timeoutMillis: Int?
            let outputFile: String?
        }

        let file: String?
        let url: String?
        let headers: [String: String]?
        let format: Format?
        let executable: Executable?
        let environmentId: String?
        let regionUrl: String?
        let regionalCredVerificationUrl: String?
        let imdsv2SessionTokenUrl: String?
    }

    /// Nil where the text is no JSON object of this kind.
    static func read(_ bytes: [UInt8]) -> GoogleCredentialFile? {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try? decoder.decode(GoogleCredentialFile.self, from: Data(bytes))
    }
}
