package import NIOCore

/// The bytes of a body, in order: read piece by piece, or handed over where they arrive.
///
/// Reading changes the thread for each piece, which costs as much as copying some tens of kilobytes; a sink is called by the
/// thread that received them, while they are in its processor's cache. A body is read or drained once.
package protocol BodyStream: AsyncSequence, Sendable where Element == ByteBuffer, Failure == any Error {
    /// Hands over all pieces, one after the other, and returns when the last was taken.
    ///
    /// - Throws: what reading would throw, or what the sink answered; nothing is handed over after that. Either way, nothing
    ///   that was handed over is still being taken.
    func drain(into sink: any BodySink) async throws
}

extension BodyStream {
    /// Bytes that are not received anywhere are read.
    package func drain(into sink: any BodySink) async throws {
        for try await piece in self { try await sink.take(piece) }
    }
}

/// Takes the pieces of a body.
package protocol BodySink: Sendable {
    /// Takes the next piece. Called on a thread that other bodies arrive on too: may write to a file and compute a digest of
    /// the piece, and must wait for nothing else.
    ///
    /// - Parameter completion: called once, now or later, from whatever thread; the next piece comes after that.
    func take(_ piece: ByteBuffer, completion: @escaping @Sendable (Result<Void, any Error>) -> Void)
}

extension BodySink {
    fileprivate func take(_ piece: ByteBuffer) async throws {
        try await withCheckedThrowingContinuation { continuation in
            take(piece) { continuation.resume(with: $0) }
        }
    }
}
