/// In whose name a request is made.
package struct S3Identity: Sendable {
    /// Nil: in nobody's, without a signature.
    package let credentials: AWSCredentials?
    /// `access key AKIA… (environment variables)`
    package let words: String
    /// Another number for each renewal.
    let generation: Int

    init(credentials: AWSCredentials?, words: String, generation: Int = 0) {
        self.credentials = credentials
        self.words = words
        self.generation = generation
    }

    package static let anonymous = S3Identity(credentials: nil, words: "nobody: requests are not signed")
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
