import NIOCore
import Synchronization

@testable import StoreTransport

/// A body of some pieces, and what comes behind the last.
struct ScriptedBody: AsyncSequence, Sendable {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    let pieces: [String]
    /// Thrown in place of the end.
    var failure: HTTPFailure?

    func makeAsyncIterator() -> Iterator { Iterator(pieces: pieces[...], failure: failure) }

    struct Iterator: AsyncIteratorProtocol {
        var pieces: ArraySlice<String>
        let failure: HTTPFailure?

        mutating func next() async throws -> ByteBuffer? {
            if let piece = pieces.popFirst() { return ByteBuffer(string: piece) }
            if let failure { throw failure }
            return nil
        }
    }
}

extension AsyncSequence<ByteBuffer, any Error> {
    /// All of it, as text.
    func text() async throws -> String {
        var text = ""
        for try await piece in self { text += String(buffer: piece) }
        return text
    }
}
