package import StoreTransport

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

    /// The id of the access key, for a message. One that AWS does not give out may be a secret in the wrong place: a key
    /// pasted with its secret, or the two swapped.
    package var shownID: String {
        let isID = (16...128).contains(accessKeyID.utf8.count) && accessKeyID.utf8.allSatisfy(\.isLetterOrDigit)
        return isID ? accessKeyID : "[hidden: not 16 to 128 letters and digits]"
    }
}
