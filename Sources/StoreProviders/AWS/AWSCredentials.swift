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

    package var shownKey: ShownAccessKey {
        let isID = (16...128).contains(accessKeyID.utf8.count) && accessKeyID.utf8.allSatisfy(\.isLetterOrDigit)
        return isID ? .id(accessKeyID) : .hidden
    }
}

/// The id of an access key, for a message.
package enum ShownAccessKey: Hashable, Sendable {
    case id(String)
    /// AWS gives out none that does not have 16 to 128 letters and digits: it may be a secret in the wrong place, as of a key
    /// pasted with its secret, or the two swapped.
    case hidden
}
