/// One way to get credentials.
package protocol CredentialProvider<Credentials>: Sendable {
    associatedtype Credentials: ExpiringCredentials

    /// In messages: `web identity`.
    var name: String { get }

    /// - Returns: nil where nothing is configured for it.
    /// - Throws: where something is configured, and does not work: then no other provider is asked.
    func credentials() async throws(CredentialFailure) -> FoundCredentials<Credentials>?

    /// Why it had none: `no variable AWS_ACCESS_KEY_ID`.
    var absence: String { get }
}

/// Credentials, and where they come from.
package struct FoundCredentials<Credentials: ExpiringCredentials>: Sendable {
    package let credentials: Credentials
    /// `environment variables`, `profile dev in /home/a/.aws/credentials:3`
    package let source: String

    package init(_ credentials: Credentials, source: String) {
        self.credentials = credentials
        self.source = source
    }
}
