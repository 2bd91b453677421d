package import NIOCore
package import NIOHTTP1
package import ObjectStore

/// A request as it goes out: nothing is added to its path and query, and nothing in them is changed.
package struct HTTPRequest: Sendable {
    package var method: HTTPMethod
    package var url: HTTPURL
    package var headers: HTTPHeaders
    package var body: HTTPBody
    package var timeouts: HTTPTimeouts
    /// Goes past a configured proxy: metadata services answer only the machine that they are on.
    package var isDirect: Bool

    package init(
        _ method: HTTPMethod, _ url: HTTPURL, headers: HTTPHeaders = [:], body: HTTPBody = .empty,
        timeouts: HTTPTimeouts = .storage, isDirect: Bool = false
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.timeouts = timeouts
        self.isDirect = isDirect
    }
}

/// What a request carries. Its length is always known: S3 refuses a body of unknown length.
package enum HTTPBody: Sendable {
    case empty
    case bytes(ByteBuffer)
    case stream(StreamedBody)
}

/// How long to wait. A large object takes its time, and has no limit on the whole.
package struct HTTPTimeouts: Sendable, Hashable {
    /// Until the connection stands, TLS included, in seconds.
    package var connect: Double
    /// Between two pieces of an answer, in seconds.
    package var idle: Double
    /// Until the answer begins, in seconds; nil for as long as `connect` and `idle` allow.
    package var answer: Double?
    /// Until the end of the answer, in seconds; nil for as long as `connect` and `idle` allow.
    package var whole: Double?

    package init(connect: Double, idle: Double, whole: Double? = nil) {
        self.connect = connect
        self.idle = idle
        self.whole = whole
    }

    /// boto3 waits for 60 s for each; a connection that takes more than 10 is not going to stand.
    package static let storage = HTTPTimeouts(connect: 10, idle: 60)

    /// Those of a store for a run that tries no longer than this, in seconds: a server that says nothing for longer is not
    /// waited for.
    package static func storage(within budget: Double) -> HTTPTimeouts {
        HTTPTimeouts(connect: min(storage.connect, budget), idle: min(storage.idle, budget))
    }
}

/// An answer whose body has still to come.
package struct HTTPResponse: Sendable {
    package let status: Int
    package let headers: HTTPHeaders
    /// Throws `HTTPFailure`.
    package let body: any BodyStream
    /// From the request, once its connection was there, to the head of the answer, in seconds; nil where that was not measured.
    package let wait: Double?

    package init(status: Int, headers: HTTPHeaders, body: any BodyStream, wait: Double? = nil) {
        self.status = status
        self.headers = headers
        self.body = body
        self.wait = wait
    }
}

/// An answer with all of its body.
package struct BufferedResponse: Sendable {
    package let status: Int
    package let headers: HTTPHeaders
    package let body: [UInt8]

    package init(status: Int, headers: HTTPHeaders, body: [UInt8]) {
        self.status = status
        self.headers = headers
        self.body = body
    }
}

/// Sends requests. Follows no redirect and retries nothing: both take a new signature, which is the caller's to make.
package protocol HTTPTransport: Sendable {
    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse
}

extension HTTPTransport {
    /// Sends a request and reads the whole answer.
    ///
    /// - Parameter limit: of the body, in bytes; a longer one is `.malformed`.
    package func exchange(_ request: HTTPRequest, limit: Int = 1 << 20) async throws(HTTPFailure) -> BufferedResponse {
        let response = try await send(request)
        return BufferedResponse(
            status: response.status, headers: response.headers, body: try await response.readBody(limit: limit))
    }
}

extension HTTPResponse {
    /// - Parameter limit: in bytes; a longer body is `.malformed`.
    package func readBody(limit: Int) async throws(HTTPFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            for try await chunk in body {
                bytes.append(contentsOf: chunk.readableBytesView)
                if bytes.count > limit { break }
            }
        } catch let failure as HTTPFailure {
            throw failure
        } catch {
            throw HTTPFailure(.closed, "\(error)")
        }
        guard bytes.count <= limit else { throw HTTPFailure(.malformed, .tooLong(limit: limit)) }
        return bytes
    }
}
