/// In whose name a request is made.
package struct S3Identity: Sendable {
    /// Nil: in nobody's, without a signature.
    package let credentials: AWSCredentials?
    /// Where they come from: `environment variables`.
    package let source: String
    /// Another number for each renewal.
    let generation: Int

    init(credentials: AWSCredentials?, source: String, generation: Int = 0) {
        self.credentials = credentials
        self.source = source
        self.generation = generation
    }

    package static let anonymous = S3Identity(credentials: nil, source: "")

    /// `access key AKIA…, from environment variables`
    package var words: String {
        credentials.map { "access key \($0.shownID), from \(source)" } ?? "nobody: requests are not signed"
    }
}

/// Where identities come from.
package protocol S3IdentitySource: Sendable {
    func current() async throws -> S3Identity

    /// New credentials in place of these, which the store no longer takes.
    func refresh(replacing identity: S3Identity) async throws
}

/// For public buckets, where somebody asked for it.
package struct AnonymousIdentity: S3IdentitySource {
    package init() {}

    package func current() async -> S3Identity { .anonymous }

    package func refresh(replacing identity: S3Identity) async {}
}
