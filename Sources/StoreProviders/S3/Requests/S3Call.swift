internal import NIOCore
internal import NIOHTTP1
internal import ObjectStore
internal import StoreTransport

/// A request to S3 before it has an address, a date and a signature: what is the same for each time that it is sent.
struct S3Call: StoreCall {
    let operation: StoreOperation
    let address: String
    var method: HTTPMethod
    /// Nil for the bucket itself.
    var key: ObjectKey?
    var query: [(name: String, value: String?)] = []
    var headers: HTTPHeaders = [:]
    var body: ByteBuffer?
    /// Whether the body is what is stored, and has its MD5 in a header.
    var isContent = false
    var waitsAtGate = true

    var hasBody: Bool { body != nil }

    init(_ operation: StoreOperation, address: String, method: HTTPMethod, key: ObjectKey? = nil) {
        self.operation = operation
        self.address = address
        self.method = method
        self.key = key
    }

    /// A `GET` of one byte in place of a `HEAD`: the answer to a HEAD has no body that says what is wrong.
    var asProbe: S3Call {
        var probe = self
        probe.method = .GET
        if key == nil { probe.query = [("list-type", "2"), ("max-keys", "1")] }
        if key != nil { probe.headers.replaceOrAdd(name: "range", value: "bytes=0-0") }
        return probe
    }
}
