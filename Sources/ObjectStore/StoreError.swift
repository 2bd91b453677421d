package import AssetModel

/// Why a store did not answer as asked: one closed set for all providers.
package struct StoreError: Error, Hashable, Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case notFound
        /// The credentials were understood and do not suffice.
        case permissionDenied
        /// No credentials, or rejected ones: the cause says which.
        case unauthenticated
        /// The provider of credentials is unreachable, or keeps failing.
        case credentialsUnavailable
        /// The object is not, or no longer, as the request demanded: it has another ETag, or is there already.
        case changed
        case invalidRange
        /// The store cannot be reached, or failed for longer than the retry policy waits.
        case unavailable
        /// The answer was not what the protocol says: a wrong length, a range that was not asked for.
        case invalidAnswer
        /// The settings name no usable store.
        case misconfigured
        /// The settings keep anything from being asked of the store, which was not opened.
        case unusableSettings
    }

    /// Why, where more is known than the kind.
    package enum Cause: Hashable, Sendable {
        /// No provider has credentials.
        case noCredentials
        /// Credentials that are configured cannot be used: the reason.
        case unusableCredentials(AnyErrorDetail)
        /// The service, `S3`, does not accept the credentials, and what it answers for that.
        case rejectedCredentials(by: String, code: String?, status: Int)
        /// Requests are not signed, and the bucket is not public.
        case anonymous
        /// There is no bucket of this name.
        case noBucket(String)
        /// No bucket can have this name.
        case invalidBucket(String)
        /// The bucket is in another region than the one that was requested.
        case otherRegion
        /// The user wants nothing to be requested.
        case offline
        /// No request arrives.
        case unreachable
        /// Something in front of the store answered with a page for people.
        case foreignPage
        /// Requests arrive, and all answers are errors.
        case failing
    }

    package let kind: Kind
    /// What was tried.
    package let operation: StoreOperation
    /// The object's or the store's address.
    package let address: String
    /// What the store or the system said, or what is wrong with it, without a secret; nil where the kind says all.
    package let detail: AnyErrorDetail?
    /// What else is to be known: whose credentials were used, what was tried.
    package var notes: [AnyErrorDetail]
    package var cause: Cause?
    /// How long the store asks to wait before the next attempt, in seconds.
    package var pause: Double?
    /// What to do, where more can be said of it than the kind says.
    package var remedy: AnyErrorDetail?

    package init(
        _ kind: Kind, operation: StoreOperation, address: String, detail: (any ErrorDetail)? = nil,
        notes: [any ErrorDetail] = [], remedy: (any ErrorDetail)? = nil
    ) {
        self.kind = kind
        self.operation = operation
        self.address = address
        self.detail = detail.map(AnyErrorDetail.init)
        self.notes = notes.map(AnyErrorDetail.init)
        self.remedy = remedy.map(AnyErrorDetail.init)
    }
}

extension StoreError {
    package mutating func note(_ detail: any ErrorDetail) { notes.append(AnyErrorDetail(detail)) }

    package mutating func advise(_ remedy: any ErrorDetail) { self.remedy = AnyErrorDetail(remedy) }
}
