internal import NIOCore
package import NIOHTTP1

/// An answer that says that all went well. Its body is still to be read.
package struct StoreReply: Sendable {
    package let response: HTTPResponse

    package var headers: HTTPHeaders { response.headers }
}

extension HTTPResponse {
    /// The same answer, whose body has the request's place at the gate.
    func holding(_ place: RequestGate.Pass) -> HTTPResponse {
        HTTPResponse(status: status, headers: headers, body: PlacedBody(base: body, place: place))
    }
}

/// A body that has its request's place at the gate, and gives it back at its end, with a failure, or with the last
/// reference to it: nobody who reads has to think of it.
private struct PlacedBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    let base: any AsyncSequence<ByteBuffer, any Error> & Sendable
    let place: RequestGate.Pass

    func makeAsyncIterator() -> Iterator { Iterator(chunks: base.makeAsyncIterator(), place: place) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate var chunks: any AsyncIteratorProtocol<ByteBuffer, any Error>
        fileprivate let place: RequestGate.Pass

        @concurrent mutating func next() async throws -> ByteBuffer? {
            do {
                if let chunk = try await chunks.next() { return chunk }
            } catch {
                place.end()
                throw error
            }
            place.end()
            return nil
        }
    }
}
