internal import AssetModel
internal import StoreTransport

/// Where tokens come from, found once.
struct FoundTokenSource: Sendable {
    let tokens: any TokenSource
    let place: GCSCredentialPlace
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
                tokens: try Self.source(document, settings), place: .file(file.value, file.provenance),
                quotaProject: quotaProject)
        }
        if let metadata = try await MetadataTokens(settings) {
            return FoundTokenSource(tokens: metadata, place: .metadataService, quotaProject: nil)
        }
        throw CredentialFailure(.noneFound, "", GCSCredentialFault.noneFound)
    }

    private func read(_ file: Setting<String>) throws(CredentialFailure) -> GoogleCredentialFile {
        let fault = { (fault: GCSCredentialFault) in CredentialFailure(.misconfigured, "", fault) }
        let bytes: [UInt8]?
        do {
            bytes = try SmallFile.read(settings.environment.expanding(file.value))
        } catch {
            throw fault(.file(.unreadable(error)))
        }
        guard let bytes else { throw fault(.file(.missing(file))) }
        guard !bytes.isEmpty else { throw fault(.file(.empty(file))) }
        guard let document = GoogleCredentialFile(bytes) else { throw fault(.file(.notCredentials(file))) }
        return document
    }

    /// The source that a file describes.
    static func source(
        _ file: GoogleCredentialFile, _ settings: GCSCredentialSettings
    ) throws(CredentialFailure) -> any TokenSource {
        // Tokens go to hosts below it.
        if let domain = file.universeDomain, !HTTPURL.isName(domain) {
            throw CredentialFailure(
                .misconfigured, "", GCSCredentialFault.file(.invalidUniverse(shown: HTTPURL.shown(domain))))
        }
        switch file.type {
        case "service_account": return try ServiceAccountTokens(file, settings)
        case "authorized_user": return try AuthorizedUserTokens(file, settings)
        case "external_account": return try ExternalAccountTokens(file, settings)
        case "external_account_authorized_user": return try ExternalUserTokens(file, settings)
        case "impersonated_service_account": return try ImpersonatedTokens(file, settings)
        case let type:
            throw CredentialFailure(.notSupported, "", GCSCredentialFault.file(.unknownType(type ?? "")))
        }
    }
}
