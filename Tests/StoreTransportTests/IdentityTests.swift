import AssetModel
import ObjectStore
import Synchronization
import Testing

@testable import StoreTransport

private struct Token: ExpiringCredentials {
    typealias Source = String
    typealias Absence = String

    let text: String
    let expiration: Double?
}

@Suite("Identities of requests") struct IdentityTests {
    /// Finds `1`, `2`, `3`, each for an hour.
    private static func identities(now: @escaping @Sendable () -> Double = { 0 }) -> ProvidedIdentity<Token> {
        let found = Mutex(0)
        return ProvidedIdentity(
            address: "s3://acme", renewal: CredentialRenewal(advisory: 900, mandatory: 600), now: now
        ) {
            let number = found.withLock { found in
                found += 1
                return found
            }
            return FoundCredentials(Token(text: "\(number)", expiration: now() + 3600), source: "source \(number)")
        }
    }

    @Test("what was found is kept until it is about to expire") func kept() async throws {
        let time = Mutex(0.0)
        let identities = Self.identities { time.withLock { $0 } }
        for (now, text) in [(0, "1"), (2699, "1"), (2701, "2"), (2702, "2")] {
            time.withLock { $0 = Double(now) }
            let identity = try await identities.current()
            #expect(identity.credentials?.text == text)
            #expect(identity.source == .found("source \(text)"))
        }
    }

    @Test("refused credentials are renewed once, however many requests were refused") func refreshed() async throws {
        let identities = Self.identities()
        let first = try await identities.current()
        try await identities.refresh(replacing: first)
        try await identities.refresh(replacing: first)
        #expect(try await identities.current().credentials?.text == "2")
    }

    @Test("why there are none is an error of the store") func failure() async {
        let failure = CredentialFailure(.unreachable, "web identity", "STS cannot be reached")
        let identities = ProvidedIdentity<Token>(
            address: "s3://acme", renewal: CredentialRenewal(advisory: 900, mandatory: 600), now: { 0 }
        ) {
            throw failure
        }
        let error = await #expect(throws: StoreError.self) { try await identities.current() }
        #expect(error?.kind == .credentialsUnavailable)
        #expect(error?.address == "s3://acme")
        #expect(error?.notes == [AnyErrorDetail(failure)])
        #expect(error?.remedy == AnyErrorDetail(failure))
    }

    @Test("an anonymous identity has no credentials, and does not expire") func anonymous() async throws {
        let identity = await AnonymousIdentity<Token>().current()
        #expect(identity.credentials == nil)
        #expect(identity.expiration == nil)
    }
}
