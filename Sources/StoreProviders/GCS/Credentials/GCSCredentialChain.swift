internal import AssetModel
internal import StoreTransport

/// Where tokens come from, found once.
struct FoundTokenSource: Sendable {
    let tokens: any TokenSource
    /// In messages.
    let place: String
    /// The project that the credentials' file says pays for requests.
    let quotaProject: String?
}

/// Looks for credentials where Google's own libraries do, in their order: the first that is there is the one, and where it
/// does not work, no other one is asked.
///
/// Source: google-auth's `_default.py`.
struct GCSCredentialChain: Sendable {
    let settings: GCSCredentialSettings
    let file: Setting<String>?

    /// - Throws: `.noneFound` where nothing is configured.
    func find() async throws(CredentialFailure) -> FoundTokenSource {
        if let file {
            let document = try read(file)
            // google-auth takes no quota project from a service account's file.
            let named = document.quotaProjectId.flatMap { $0.isEmpty ? nil : $0 }
            let quotaProject = document.type == "service_account" ? nil : named
            return FoundTokenSource(
                tokens: try Self.source(document, settings), place: "\(file.value) (\(file.provenance))",
                quotaProject: quotaProject)
        }
        if let metadata = try await MetadataTokens(settings) {
            return FoundTokenSource(tokens: metadata, place: "the metadata service", quotaProject: nil)
        }
        throw CredentialFailure(
            .noneFound, "",
            "no GOOGLE_APPLICATION_CREDENTIALS; no gcloud login; no answer from the metadata service",
            remedy:
                "set GOOGLE_APPLICATION_CREDENTIALS to a credentials file, run `gcloud auth application-default login`, "
                + "or, for a public bucket, pass --no-sign-request")
    }

    private func read(_ file: Setting<String>) throws(CredentialFailure) -> GoogleCredentialFile {
        let mount = "check that the secret is mounted at this path"
        let place = "the credentials file `\(file.value)` (\(file.provenance))"
        let bytes: [UInt8]?
        do {
            bytes = try SmallFile.read(settings.environment.expanding(file.value))
        } catch {
            throw CredentialFailure(.misconfigured, "", error.words, remedy: error.hint ?? mount)
        }
        guard let bytes else { throw CredentialFailure(.misconfigured, "", "\(place) does not exist", remedy: mount) }
        guard !bytes.isEmpty else { throw CredentialFailure(.misconfigured, "", "\(place) is empty", remedy: mount) }
        guard let document = GoogleCredentialFile(bytes) else {
            throw CredentialFailure(
                .misconfigured, "", "\(place) is not a Google credentials JSON file",
                remedy: "download it again; it must hold the JSON itself, not its base64")
        }
        return document
    }

    /// The source that a file describes.
    static func source(
        _ file: GoogleCredentialFile, _ settings: GCSCredentialSettings
    ) throws(CredentialFailure) -> any TokenSource {
        // Tokens go to hosts below it.
        if let domain = file.universeDomain, !HTTPURL.isName(domain) {
            throw CredentialFailure(
                .misconfigured, "", "invalid `universe_domain` `\(HTTPURL.shown(domain))`",
                remedy: "download the file again; the default is `\(Google.universe)`")
        }
        switch file.type {
        case "service_account": return try ServiceAccountTokens(file, settings)
        case "authorized_user": return try AuthorizedUserTokens(file, settings)
        case "external_account": return try ExternalAccountTokens(file, settings)
        case "external_account_authorized_user": return try ExternalUserTokens(file, settings)
        case "impersonated_service_account": return try ImpersonatedTokens(file, settings)
        case let type:
            throw CredentialFailure(
                .notSupported, "", "unsupported credentials type `\(type ?? "")`",
                remedy: "use service_account, authorized_user, external_account, external_account_authorized_user or "
                    + "impersonated_service_account")
        }
    }
}
