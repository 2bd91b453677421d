internal import NIOCore
package import NIOHTTP1
internal import ObjectStore

/// An answer of success. Its body is still to be read.
package struct StoreReply: Sendable {
    package let response: HTTPResponse

    package var headers: HTTPHeaders { response.headers }
}

extension HTTPResponse {
    /// The same answer, whose body holds the request's pass of the gate.
    func holding(_ pass: RequestGate.Pass) -> HTTPResponse {
        HTTPResponse(status: status, headers: headers, body: GatedBody(base: body, pass: pass), wait: wait)
    }
}

/// A body that holds its request's pass of the gate, and gives it back at its end, with a failure, or with the last
/// reference to it, so that no reader has to.
private struct GatedBody: BodyStream {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    let base: any BodyStream
    let pass: RequestGate.Pass

    func makeAsyncIterator() -> Iterator { Iterator(chunks: base.makeAsyncIterator(), pass: pass) }

    func drain(into sink: any BodySink) async throws {
        defer { pass.end() }
        try await base.drain(into: sink)
    }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate var chunks: any AsyncIteratorProtocol<ByteBuffer, any Error>
        fileprivate let pass: RequestGate.Pass

        @concurrent mutating func next() async throws -> ByteBuffer? {
            do {
                if let chunk = try await chunks.next() { return chunk }
            } catch {
                pass.end()
                throw error
            }
            pass.end()
            return nil
        }
    }
}
