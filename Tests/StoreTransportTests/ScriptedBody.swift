import NIOCore
import ObjectStore
import Synchronization

@testable import StoreTransport

/// A body of some pieces, and what comes behind the last.
struct ScriptedBody: BodyStream {
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

/// How a body is taken.
enum Taking: CaseIterable {
    case read, drained

    /// All of it, as text.
    func text(of body: any BodyStream) async throws -> String {
        switch self {
        case .read: return try await body.text()
        case .drained:
            let sink = CollectingSink()
            try await body.drain(into: sink)
            return sink.text
        }
    }
}

/// Keeps what it is handed. A class because event loops hand it over.
final class CollectingSink: BodySink {
    private let pieces = Mutex<[ByteBuffer]>([])

    var text: String { pieces.withLock { $0.map { String(buffer: $0) }.joined() } }

    func take(_ piece: ByteBuffer, completion: @escaping @Sendable (Result<Void, any Error>) -> Void) {
        pieces.withLock { $0.append(piece) }
        completion(.success(()))
    }
}
