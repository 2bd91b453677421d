internal import AssetModel
internal import NIOCore
internal import NIOHTTP1
internal import ObjectStore
internal import StoreTransport

/// A request to a registry before it has an address and a token.
struct RegistryCall: StoreCall {
    let operation: StoreOperation
    let address: String
    var method: HTTPMethod
    var resource: RegistryResource
    /// What the token must allow.
    var scopes: [AccessScope]
    var query: [(name: String, value: String?)] = []
    var headers: HTTPHeaders = [:]
    var content = HTTPBody.empty
    var expected: Set<Int> = []

    init(
        _ operation: StoreOperation, address: String, method: HTTPMethod, resource: RegistryResource,
        scopes: [AccessScope]
    ) {
        self.operation = operation
        self.address = address
        self.method = method
        self.resource = resource
        self.scopes = scopes
    }

    var hasBody: Bool { if case .empty = content { false } else { true } }
}

/// What a request is about.
///
/// Source: <https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#endpoints>
enum RegistryResource: Sendable {
    /// By a tag or a digest.
    case manifest(String)
    case blob(SHA256Digest)
    case uploads
    case referrers(SHA256Digest)
    /// An address that an answer named: of an upload, or where content is. It may be a secret.
    case place(HTTPURL)

    /// Below the registry's own address.
    func path(in repository: String) -> String {
        switch self {
        case .manifest(let selector): "/v2/\(repository)/manifests/\(selector)"
        case .blob(let digest): "/v2/\(repository)/blobs/\(digest.tagged)"
        case .uploads: "/v2/\(repository)/blobs/uploads/"
        case .referrers(let digest): "/v2/\(repository)/referrers/\(digest.tagged)"
        case .place(let url): url.target
        }
    }
}
