package import NIOCore
package import ObjectStore

/// An object whose answer has begun.
package struct OpenedObject: Sendable {
    package let attributes: ObjectAttributes
    let answer: RangedAnswer

    package init(attributes: ObjectAttributes, answer: RangedAnswer) {
        self.attributes = attributes
        self.answer = answer
    }

    package var range: Range<Int64> { answer.range }
    package var body: any AsyncSequence<ByteBuffer, any Error> & Sendable { answer.body }

    /// Makes sure that nothing is missing at its end: where the answer cannot tell, the size that the store tells apart
    /// from it is compared. All of the answer has come then, so that the other request waits for nothing of it.
    ///
    /// - Throws: `HTTPFailure`, `StoreError`
    package func prove(by head: () async throws(StoreError) -> ObjectAttributes) async throws {
        guard !answer.isProven else { return }
        guard try await head().size == attributes.size else { throw HTTPFailure(.closed, "the answer ended early") }
    }
}
