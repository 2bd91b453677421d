internal import StoreTransport

/// A file of Google's credentials, of whatever type: each type has its own of these fields.
struct GoogleCredentialFile: Sendable {
    private let fields: JSONFields

    /// Nil where the text is no JSON object.
    init?(_ bytes: [UInt8]) {
        guard let fields = JSONFields(bytes) else { return nil }
        self.fields = fields
    }

    private init(_ fields: JSONFields) { self.fields = fields }

    var type: String? { fields.text("type") }
    var universeDomain: String? { fields.text("universe_domain") }
    var quotaProjectId: String? { fields.text("quota_project_id") }

    // service_account
    var clientEmail: String? { fields.text("client_email") }
    var privateKey: String? { fields.text("private_key") }
    var privateKeyId: String? { fields.text("private_key_id") }
    var tokenUri: String? { fields.text("token_uri") }

    // authorized_user, external_account_authorized_user
    var clientId: String? { fields.text("client_id") }
    var clientSecret: String? { fields.text("client_secret") }
    var refreshToken: String? { fields.text("refresh_token") }
    /// A list, or a text of words.
    var scopes: [String]? {
        fields.texts("scopes") ?? fields.text("scopes").map { $0.split(separator: " ").map(String.init) }
    }

    // external_account
    var audience: String? { fields.text("audience") }
    var subjectTokenType: String? { fields.text("subject_token_type") }
    var tokenUrl: String? { fields.text("token_url") }
    var credentialSource: CredentialSource? { fields.object("credential_source").map(CredentialSource.init) }
    var serviceAccountImpersonationUrl: String? { fields.text("service_account_impersonation_url") }
    var workforcePoolUserProject: String? { fields.text("workforce_pool_user_project") }
    /// In seconds.
    var impersonationLifetime: Int? {
        fields.object("service_account_impersonation")?.wholeNumber("token_lifetime_seconds")
    }

    // impersonated_service_account
    var sourceCredentials: GoogleCredentialFile? { fields.object("source_credentials").map(GoogleCredentialFile.init) }
    var delegates: [String]? { fields.texts("delegates") }

    /// Where an external account's own token comes from.
    struct CredentialSource: Sendable {
        private let fields: JSONFields

        fileprivate init(_ fields: JSONFields) { self.fields = fields }

        var file: String? { fields.text("file") }
        var url: String? { fields.text("url") }
        var headers: [String: String] { fields.object("headers")?.texts ?? [:] }
        var format: Format? { fields.object("format").map(Format.init) }
        var executable: Executable? { fields.object("executable").map(Executable.init) }
        var environmentId: String? { fields.text("environment_id") }
        var regionUrl: String? { fields.text("region_url") }
        var regionalCredVerificationUrl: String? { fields.text("regional_cred_verification_url") }
        var imdsv2SessionTokenUrl: String? { fields.text("imdsv2_session_token_url") }
    }

    struct Format: Sendable {
        let type: String?
        let subjectTokenFieldName: String?

        fileprivate init(_ fields: JSONFields) {
            type = fields.text("type")
            subjectTokenFieldName = fields.text("subject_token_field_name")
        }
    }

    struct Executable: Sendable {
        let command: String?
        let timeoutMillis: Int?
        let outputFile: String?

        fileprivate init(_ fields: JSONFields) {
            command = fields.text("command")
            timeoutMillis = fields.wholeNumber("timeout_millis")
            outputFile = fields.text("output_file")
        }
    }
}
