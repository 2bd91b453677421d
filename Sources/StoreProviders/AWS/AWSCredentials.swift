/// What requests are signed with.
package struct AWSCredentials: Hashable, Sendable {
    package let accessKeyID: String
    package let secretAccessKey: Secret
    /// Nil where there is none, which some sources say by an empty one.
    package let sessionToken: Secret?
    /// In seconds since 1970; nil where they do not expire.
    package let expiration: Double?

    package init(accessKeyID: String, secretAccessKey: Secret, sessionToken: Secret? = nil, expiration: Double? = nil) {
        self.accessKeyID = accessKeyID
        self.secretAccessKey = secretAccessKey
        self.sessionToken = sessionToken.flatMap { $0.exposed.isEmpty ? nil : $0 }
        self.expiration = expiration
    }
}
