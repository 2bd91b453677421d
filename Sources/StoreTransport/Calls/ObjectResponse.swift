package import ObjectStore

/// The answer to a request of an object, whose body is still to be read.
package struct ObjectResponse: Sendable {
    package let attributes: ObjectAttributes
    let content: RangedResponse

    package init(attributes: ObjectAttributes, content: RangedResponse) {
        self.attributes = attributes
        self.content = content
    }

    package var range: Range<Int64> { content.range }
    package var body: any BodyStream { content.body }

    /// Checks that nothing is missing at its end: where the answer cannot tell, its size is compared with that of another
    /// request. All of the body has been read then, so that the other request does not wait for it.
    ///
    /// - Throws: `HTTPFailure`, `StoreError`
    package func checkSize(by head: () async throws(StoreError) -> ObjectAttributes) async throws {
        guard !content.isComplete else { return }
        guard try await head().size == attributes.size else { throw HTTPFailure(.closed, .endedEarly) }
    }
}
