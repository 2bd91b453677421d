package import AssetModel
package import NIOCore

/// Content that goes to a registry: what it is, and its bytes as often as they are asked for.
package protocol BlobSource: Sendable {
    var digest: SHA256Digest { get }
    /// In bytes.
    var size: Int64 { get }

    /// The bytes from the first on, in pieces of a few hundred kilobytes at most; asked for again with each attempt to send them.
    func open() async throws -> any AsyncSequence<ByteBuffer, any Error> & Sendable
}

/// What came of sending a blob.
package enum BlobDelivery: Sendable, Hashable {
    /// The registry had it in another repository, and has it in this one now.
    case mounted
    /// It was sent.
    case sent
    /// The registry turned out to have it.
    case present
}
