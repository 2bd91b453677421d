internal import AssetModel
internal import NIOCore
internal import NIOHTTP1
package import ObjectStore
internal import StoreTransport

/// One repository of a registry, by the distribution protocol.
///
/// Source: <https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md>
package struct RegistryClient: Sendable {
    /// What is to be done in it: what its tokens are asked for.
    package enum Purpose: Sendable {
        case pull, push
    }

    package let reference: RegistryReference
    let requester: RegistryRequester
    let access: RegistryAccess
    private let purpose: Purpose

    /// - Parameter reference: its tag and digest say nothing here but what `manifest` asks for by itself.
    package init(_ reference: RegistryReference, _ settings: RegistrySettings, for purpose: Purpose) {
        self.reference = reference
        self.purpose = purpose
        access = RegistryAccess(reference, settings)
        requester = RegistryRequester(dialect: RegistryDialect(reference, settings, access: access))
    }

    /// The same, with the same credentials, to do something else.
    package func asking(for purpose: Purpose) -> RegistryClient { RegistryClient(self, for: purpose) }

    private init(_ other: RegistryClient, for purpose: Purpose) {
        reference = other.reference
        requester = other.requester
        access = other.access
        self.purpose = purpose
    }

    /// Where it is: `https://registry.example.com`.
    package var endpoint: String { requester.dialect.endpoint.origin }

    /// How often the registry has asked to slow down so far.
    package var slowDowns: Int { requester.dialect.retries.slowDowns }

    // MARK: Manifests

    /// The manifest or index of a tag or a digest; nil where there is none, and where there is no such repository.
    ///
    /// - Parameter selector: nil for that of the reference.
    package func manifest(_ selector: String? = nil) async throws(StoreError) -> RegistryManifest? {
        let selector = selector ?? reference.selector
        let address = address(of: selector)
        var call = call(.get, .GET, .manifest(selector), address)
        call.headers = ["accept": RegistryManifest.accepted]
        call.expected = [404]
        let found = try await perform(call) { reply in
            let bytes = try await reply.response.readBody(limit: RegistryManifest.limit)
            guard reply.response.status != 404 else { return RegistryManifest?.none }
            let manifest = RegistryManifest(mediaType: Self.mediaType(bytes, reply.headers), bytes: bytes)
            // Cut on the way, it is asked for again.
            let told = reply.headers.first(name: "docker-content-digest").flatMap { SHA256Digest(tagged: $0) }
            guard told == nil || told == manifest.digest else {
                throw RegistryFailure.malformed(RegistryResponseFault.manifestMismatch)
            }
            return manifest
        }
        guard let asked = SHA256Digest(tagged: selector), let found, found.digest != asked else { return found }
        throw StoreError(
            .changed, operation: .get, address: address,
            detail: RegistryDetail.otherDigest(expected: asked.tagged, actual: found.digest.tagged))
    }

    private static func mediaType(_ bytes: [UInt8], _ headers: HTTPHeaders) -> String {
        let header = (headers.first(name: "content-type") ?? "").prefix { $0 != ";" }
        // The document's own word counts: some registries answer `application/json`.
        return JSONFields(bytes)?.text("mediaType") ?? String(header).trimmed
    }

    /// Puts a manifest under its digest, or under a tag.
    ///
    /// - Returns: whether the registry lists it with the manifest that it names as its subject.
    @discardableResult package func put(
        _ manifest: RegistryManifest, tag: String? = nil
    ) async throws(StoreError) -> Bool {
        let selector = tag ?? manifest.digest.tagged
        let address = address(of: selector)
        var call = call(.push, .PUT, .manifest(selector), address)
        call.headers = ["content-type": manifest.mediaType]
        call.content = .bytes(ByteBuffer(bytes: manifest.bytes))
        let told = try await perform(call) { reply in
            _ = try await reply.response.readBody(limit: 1 << 20)
            return reply.headers
        }
        if let kept = told.first(name: "docker-content-digest"), kept.hasPrefix("sha256:"),
            kept != manifest.digest.tagged
        {
            throw StoreError(
                .changed, operation: .push, address: address,
                detail: RegistryDetail.keepsOtherDigest(expected: manifest.digest.tagged, actual: kept))
        }
        return told.contains(name: "oci-subject")
    }

    // MARK: Requests

    func address(of selector: String) -> String {
        "\(reference.name)\(selector.hasPrefix("sha256:") ? "@" : ":")\(selector)"
    }

    func call(
        _ operation: StoreOperation, _ method: HTTPMethod, _ resource: RegistryResource, _ address: String
    ) -> RegistryCall {
        let scope: AccessScope =
            switch purpose {
            case .pull: .pull(reference.repository)
            case .push: .push(reference.repository)
            }
        return RegistryCall(operation, address: address, method: method, resource: resource, scopes: [scope])
    }

    /// What one request of those that redirects lead to came to.
    private enum Step<Value: Sendable>: Sendable {
        case value(Value)
        case elsewhere(HTTPURL)
    }

    private static let redirects: Set = [301, 302, 303, 307, 308]
    private static let mostRedirects = 5

    /// Sends a call, wherever the registry says that it is to go.
    func perform<Value: Sendable>(
        _ call: RegistryCall, _ idempotency: Idempotency = .idempotent,
        _ read: @escaping @Sendable (StoreReply) async throws -> Value
    ) async throws(StoreError) -> Value {
        var call = call
        call.expected.formUnion(Self.redirects)
        for _ in 0...Self.mostRedirects {
            let sent = call
            let step = try await requester.perform(sent, idempotency) { reply in
                guard Self.redirects.contains(reply.response.status) else { return Step.value(try await read(reply)) }
                _ = try await reply.response.readBody(limit: 1 << 20)
                return .elsewhere(try place(reply, of: sent))
            }
            switch step {
            case .value(let value): return value
            case .elsewhere(let url):
                call.resource = .place(url)
                call.query = []
            }
        }
        throw StoreError(
            .invalidAnswer, operation: call.operation, address: call.address,
            detail: RegistryDetail.tooManyRedirects(limit: Self.mostRedirects))
    }

    /// Where an answer says that something is. What is asked for over TLS goes on over TLS.
    ///
    /// - Throws: `RegistryFailure`, `StoreError`
    func place(_ reply: StoreReply, of call: RegistryCall) throws -> HTTPURL {
        var base = requester.dialect.endpoint
        base.target = call.resource.path(in: reference.repository)
        if case .place(let url) = call.resource { base = url }
        guard let location = reply.headers.first(name: "location"), var url = base.resolving(location) else {
            throw RegistryFailure.malformed(RegistryResponseFault.noLocation)
        }
        guard base.scheme == .https, url.scheme == .http else { return url }
        // A proxy does TLS in front of a registry that does not know of it.
        guard url.host == base.host else {
            throw StoreError(
                .invalidAnswer, operation: call.operation, address: call.address,
                detail: RegistryDetail.leadsToPlainText(origin: url.origin))
        }
        (url.scheme, url.port) = (base.scheme, base.port)
        return url
    }
}
