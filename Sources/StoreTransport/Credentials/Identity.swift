package import AssetModel
internal import ObjectStore

/// The credentials that requests are made with, and where they come from.
package struct Identity<Credentials: ExpiringCredentials>: Sendable {
    /// Nil: anonymous, without a signature or a token.
    package let credentials: Credentials?
    package let source: IdentitySourceName<Credentials>
    /// Another number for each renewal.
    let generation: Int

    package init(_ found: FoundCredentials<Credentials>, generation: Int = 0) {
        credentials = found.credentials
        source = .found(found.source)
        self.generation = generation
    }

    private init(anonymous place: Provenance?) {
        credentials = nil
        source = .anonymous(place)
        generation = 0
    }

    /// - Parameter place: where it was decided that requests carry no credentials; nil where that is not known.
    package static func anonymous(_ place: Provenance?) -> Identity { Identity(anonymous: place) }

    /// In seconds since 1970; nil where they do not expire, or where that is not known.
    package var expiration: Double? { credentials?.expiration }

    /// What to do where anonymous access is denied; nil where requests carry credentials.
    package var anonymousRemedy: AnonymousAdvice? {
        if case .anonymous(let place) = source { AnonymousAdvice(place: place) } else { nil }
    }
}

/// Where the credentials of requests come from.
package enum IdentitySourceName<Credentials: ExpiringCredentials>: Hashable, Sendable {
    case found(Credentials.Source)
    /// There are none, as is set there; nil where that is not known.
    case anonymous(Provenance?)
}

/// To send credentials.
package struct AnonymousAdvice: ErrorDetail {
    /// Where it was decided to send none; nil where that is not known.
    package let place: Provenance?
}

/// What requests are made with, for some time.
package protocol ExpiringCredentials: Sendable {
    /// Where they come from.
    associatedtype Source: ErrorDetail
    /// Why one provider has none.
    associatedtype Absence: ErrorDetail

    /// In seconds since 1970; nil where they do not expire, or where that is not known.
    var expiration: Double? { get }
}

/// Where the identities of requests come from.
package protocol IdentitySource<Credentials>: Sendable {
    associatedtype Credentials: ExpiringCredentials

    func current() async throws -> Identity<Credentials>

    /// New credentials in place of these, which the service no longer takes.
    func refresh(replacing identity: Identity<Credentials>) async throws
}

/// For what is public, and for emulators.
package struct AnonymousIdentity<Credentials: ExpiringCredentials>: IdentitySource {
    private let place: Provenance?

    /// - Parameter place: where it was decided that requests carry no credentials.
    package init(_ place: Provenance? = nil) { self.place = place }

    package func current() async -> Identity<Credentials> { .anonymous(place) }

    package func refresh(replacing identity: Identity<Credentials>) async {}
}

/// What a credential provider finds, renewed before it expires.
package struct ProvidedIdentity<Credentials: ExpiringCredentials>: IdentitySource {
    private let cache: CredentialCache<FoundCredentials<Credentials>>
    /// In messages.
    private let address: String

    /// - Parameters:
    ///   - address: of what the credentials are for, in messages.
    ///   - now: the wall clock, in seconds since 1970.
    ///   - find: throws `CredentialFailure`.
    package init(
        address: String, renewal: CredentialRenewal, now: @escaping @Sendable () -> Double,
        find: @escaping @Sendable () async throws -> FoundCredentials<Credentials>
    ) {
        self.address = address
        cache = CredentialCache(now: now, renewal) {
            let found = try await find()
            return .init(value: found, expiration: found.credentials.expiration)
        }
    }

    package func current() async throws -> Identity<Credentials> {
        do {
            let current = try await cache.current()
            return Identity(current.value, generation: current.generation)
        } catch let failure as CredentialFailure {
            throw StoreError(failure, address: address)
        }
    }

    package func refresh(replacing identity: Identity<Credentials>) async throws {
        try await cache.refresh(replacing: identity.generation)
    }
}
