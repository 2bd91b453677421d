/// One way to get credentials.
package protocol CredentialProvider<Credentials>: Sendable {
    associatedtype Credentials: ExpiringCredentials

    /// In messages: `web identity`.
    var name: String { get }

    /// - Returns: nil where nothing is configured for it.
    /// - Throws: where something is configured, and does not work: then no other provider is asked.
    func credentials() async throws(CredentialFailure) -> FoundCredentials<Credentials>?

    /// Why it had none.
    var absence: Credentials.Absence { get }
}

/// Credentials, and where they come from.
package struct FoundCredentials<Credentials: ExpiringCredentials>: Sendable {
    package let credentials: Credentials
    package let source: Credentials.Source

    package init(_ credentials: Credentials, source: Credentials.Source) {
        self.credentials = credentials
        self.source = source
    }
}
