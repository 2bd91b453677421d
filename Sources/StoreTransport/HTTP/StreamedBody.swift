package import NIOCore

/// Content that is made as it is sent, and never whole in memory.
package struct StreamedBody: Sendable {
    /// Begins with the first byte, for each attempt anew.
    package typealias Open = @Sendable () async throws -> any AsyncSequence<ByteBuffer, any Error> & Sendable

    /// In bytes: as many must come, no fewer and no more.
    package let length: Int64
    package let open: Open

    package init(length: Int64, open: @escaping Open) {
        self.length = length
        self.open = open
    }
}
