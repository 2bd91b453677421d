internal import NIOCore
internal import NIOHTTP1
internal import ObjectStore
internal import StoreTransport

/// A request to Google Cloud Storage before it has an address and a token.
struct GCSCall: StoreCall {
    let operation: StoreOperation
    let address: String
    var method: HTTPMethod
    var resource: GCSResource
    var query: [(name: String, value: String?)] = []
    var headers: HTTPHeaders = [:]
    var body: ByteBuffer?
    var expected: Set<Int> = []

    var hasBody: Bool { body != nil }

    init(_ operation: StoreOperation, address: String, method: HTTPMethod, resource: GCSResource) {
        self.operation = operation
        self.address = address
        self.method = method
        self.resource = resource
    }
}

/// What a request is about. Source: <https://cloud.google.com/storage/docs/request-endpoints>
enum GCSResource: Sendable {
    case bucket(String)
    case permissions(String)
    case objects(String)
    case object(String, ObjectKey)
    case content(String, ObjectKey)
    case uploads(String)
    /// An upload that was begun: its whole address, which is a secret, as it takes no token.
    case upload(HTTPURL)

    /// The path; an object's name is one segment of it.
    var path: String {
        switch self {
        case .bucket(let bucket): "/storage/v1/b/\(PercentEncoding.encode(bucket))"
        case .permissions(let bucket): "/storage/v1/b/\(PercentEncoding.encode(bucket))/iam/testPermissions"
        case .objects(let bucket): "/storage/v1/b/\(PercentEncoding.encode(bucket))/o"
        case .object(let bucket, let key):
            "/storage/v1/b/\(PercentEncoding.encode(bucket))/o/\(PercentEncoding.encode(key.text))"
        case .content(let bucket, let key):
            "/download/storage/v1/b/\(PercentEncoding.encode(bucket))/o/\(PercentEncoding.encode(key.text))"
        case .uploads(let bucket): "/upload/storage/v1/b/\(PercentEncoding.encode(bucket))/o"
        case .upload(let url): url.target
        }
    }
}
