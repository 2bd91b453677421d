package import AssetModel
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
package import ObjectStore
internal import StoreTransport

/// A manifest that is attached to another one.
package struct Referrer: Sendable, Hashable {
    package let digest: SHA256Digest
    package let mediaType: String
    /// `application/vnd.example.lock.v1+json`; nil where it does not say.
    package let artifactType: String?
    /// In bytes.
    package let size: Int64
}

extension RegistryClient {
    /// What is attached to a manifest: as the registry lists it, or where it has no lists, as the tag has it that stands in
    /// their place.
    ///
    /// Source: <https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#listing-referrers>
    ///
    /// - Parameter type: of the artifacts; nil for all.
    package func referrers(
        of digest: SHA256Digest, type: String? = nil
    ) async throws(StoreError) -> [Referrer] {
        var found: [Referrer] = []
        var place: HTTPURL?
        for _ in 0..<Self.mostPages {
            guard let page = try await page(digest, type, at: place) else {
                let tagged = try await manifest(digest.referrersTag)
                found = ReferrerList(tagged?.bytes ?? [])?.referrers ?? []
                break
            }
            found += page.list.referrers
            guard let next = page.next else { break }
            place = next
        }
        return found.filter { type == nil || $0.artifactType == type }
    }

    private static let mostPages = 100

    private struct Page: Sendable {
        let list: ReferrerList
        let next: HTTPURL?
    }

    /// Nil where the registry has no lists.
    private func page(_ digest: SHA256Digest, _ type: String?, at place: HTTPURL?) async throws(StoreError) -> Page? {
        var call = call(
            .list, .GET, place.map(RegistryResource.place) ?? .referrers(digest), address(of: digest.tagged))
        if place == nil { call.query = type.map { [("artifactType", $0)] } ?? [] }
        call.headers = ["accept": RegistryManifest.index]
        // What does not know the address answers in several ways.
        call.expected = [400, 404, 405, 406]
        let sent = call
        return try await perform(sent) { reply in
            let bytes = try await reply.response.readBody(limit: RegistryManifest.limit)
            guard reply.response.status < 400, let list = ReferrerList(bytes) else { return nil }
            return Page(list: list, next: Self.next(reply.headers["link"], from: sent, self))
        }
    }

    /// `<https://registry.example.com/v2/…>; rel="next"`
    private static func next(_ links: [String], from call: RegistryCall, _ client: RegistryClient) -> HTTPURL? {
        for link in links where link.contains("rel=\"next\"") || link.contains("rel=next") {
            guard let open = link.firstIndex(of: "<"), let close = link[open...].firstIndex(of: ">") else { continue }
            var base = client.requester.dialect.endpoint
            base.target = call.resource.path(in: client.reference.repository)
            return base.resolving(String(link[link.index(after: open)..<close]))
        }
        return nil
    }

    /// Attaches a manifest to the one that it names as its subject.
    package func attach(
        _ manifest: RegistryManifest, of type: String, to subject: SHA256Digest
    ) async throws(StoreError) {
        if try await put(manifest) { return }
        // A registry that does not say that it lists it leaves that to its clients.
        let tagged = try await self.manifest(subject.referrersTag)
        guard let list = ReferrerList.adding(manifest, of: type, to: tagged?.bytes) else { return }
        try await put(RegistryManifest(mediaType: RegistryManifest.index, bytes: list), tag: subject.referrersTag)
    }
}

extension SHA256Digest {
    /// The tag that lists what is attached to a manifest.
    fileprivate var referrersTag: String { "sha256-\(hex)" }
}

/// An index of what is attached to a manifest.
private struct ReferrerList: Sendable {
    let referrers: [Referrer]

    private struct Document: Decodable {
        struct Item: Decodable {
            let digest: String?
            let mediaType: String?
            let artifactType: String?
            let size: Int64?
        }

        let schemaVersion: Int
        let manifests: [Item]?
    }

    /// Nil where the bytes are no index.
    init?(_ bytes: [UInt8]) {
        guard let document = JSONDocument.decode(Document.self, from: bytes) else { return nil }
        referrers = (document.manifests ?? []).compactMap { item in
            guard let digest = item.digest.flatMap({ SHA256Digest(tagged: $0) }), let mediaType = item.mediaType,
                let size = item.size, size >= 0
            else { return nil }
            return Referrer(digest: digest, mediaType: mediaType, artifactType: item.artifactType, size: size)
        }
    }

    /// The index with one manifest more; nil where it is there already. What else it has is kept.
    ///
    /// - Parameter bytes: nil where there is no index.
    static func adding(_ manifest: RegistryManifest, of type: String, to bytes: [UInt8]?) -> [UInt8]? {
        var document =
            bytes.flatMap { JSONDocument.decode([String: JSONValue].self, from: $0) } ?? [
                "schemaVersion": .integer(2), "mediaType": .text(RegistryManifest.index),
            ]
        var items: [JSONValue] = []
        if case .list(let known) = document["manifests"] { items = known }
        let digest = manifest.digest.tagged
        let isKnown = items.contains { item in
            if case .object(let fields) = item { fields["digest"]?.text == digest } else { false }
        }
        guard !isKnown else { return nil }
        items.append(
            .object([
                "mediaType": .text(manifest.mediaType), "digest": .text(digest),
                "size": .integer(Int64(manifest.bytes.count)), "artifactType": .text(type),
            ]))
        document["manifests"] = .list(items)
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Values of JSON can always be written.
        return (try? encoder.encode(document)).map { Array($0) }
    }
}
