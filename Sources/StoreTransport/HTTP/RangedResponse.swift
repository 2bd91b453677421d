package import NIOCore
internal import NIOHTTP1
internal import ObjectStore

/// Which bytes of an object an answer brings, and the bytes.
///
/// | answer | asked for | what comes of it |
/// | --- | --- | --- |
/// | 206, or `Content-Range` | that range | that range |
/// | 206, or `Content-Range` | anything else | a fault |
/// | 200 | the object, or a range that is all of it | the object |
/// | 200 | a range that begins at 0, with `takesWhole` | the object |
/// | 200 | another range | that range, cut out of what comes |
///
/// An answer of 200 without Content-Length is read first, so that its length is known: up to `mostGathered` bytes.
package struct RangedResponse: Sendable {
    let range: Range<Int64>
    /// Of the whole object, in bytes.
    package let size: Int64
    let body: any BodyStream
    /// Whether it is known that nothing is missing at its end. One that ends with its connection, and has no length,
    /// may have been cut.
    let isComplete: Bool

    /// Whether it brings all of the object.
    package var isWhole: Bool { Int64(range.count) == size }

    /// Why an answer cannot be that to the request.
    package enum Fault: Error, RedactableDetail {
        /// All of the object came in place of a range that begins past its end.
        case endsBeforeRange
        /// It has no length, and more than so many bytes.
        case tooLong(limit: Int)
        case digestMismatch
        case invalidContentRange(String)
        case otherRange(Range<Int64>)
        /// The announced length, and that of the range, in bytes.
        case lengthMismatch(announced: Int64, range: Int)

        package func redacted(_ redaction: Redaction) -> Fault {
            if case .invalidContentRange(let text) = self { .invalidContentRange(redaction(text)) } else { self }
        }
    }

    /// In bytes; as much as a part of a large object.
    private static let mostGathered = 16 << 20

    /// - Parameters:
    ///   - asked: the range that was asked for; nil for the whole object.
    ///   - takesWhole: whether all may come in place of a range that begins at 0.
    ///   - matches: whether a whole object has the digest in the answer's headers; nil where there is none.
    /// - Throws: `Fault`, `HTTPFailure`
    package static func read(
        _ response: HTTPResponse, asked: Range<Int64>?, takesWhole: Bool, matches: ([UInt8]) -> Bool?
    ) async throws -> RangedResponse {
        let headers = response.headers
        let length = headers.first(name: "content-length").flatMap(Int64.init)
        // By the header: `rclone serve s3` answers a range with the status 200.
        if headers.contains(name: "content-range") || response.status == 206 {
            let (range, size) = try part(headers.first(name: "content-range") ?? "", length: length, asked: asked)
            return RangedResponse(range: range, size: size, body: response.body, isComplete: true)
        }
        var whole: RangedResponse
        if let length, length >= 0 {
            whole = RangedResponse(range: 0..<length, size: length, body: response.body, isComplete: true)
        } else {
            whole = try await gather(response, matches)
        }
        guard let asked, !(takesWhole && asked.lowerBound == 0) else { return whole }
        let range = asked.clamped(to: whole.range)
        guard !range.isEmpty || whole.size == 0 else {
            throw Fault.endsBeforeRange
        }
        guard range != whole.range else { return whole }
        return RangedResponse(
            range: range, size: whole.size, body: CutBody(base: whole.body, range: range), isComplete: whole.isComplete)
    }

    private static func gather(
        _ response: HTTPResponse, _ matches: ([UInt8]) -> Bool?
    ) async throws -> RangedResponse {
        var gathered = ByteBuffer()
        for try await chunk in response.body {
            gathered.writeImmutableBuffer(chunk)
            guard gathered.readableBytes <= Self.mostGathered else { throw Fault.tooLong(limit: Self.mostGathered) }
        }
        let isMatch = matches(Array(gathered.readableBytesView))
        guard isMatch != false else { throw Fault.digestMismatch }
        let size = Int64(gathered.readableBytes)
        // The end of a chunked body is said; that of another one is that of the connection.
        let isComplete = isMatch == true || response.headers.contains(name: "transfer-encoding")
        return RangedResponse(range: 0..<size, size: size, body: OneBuffer(gathered), isComplete: isComplete)
    }

    private static func part(
        _ text: String, length: Int64?, asked: Range<Int64>?
    ) throws(Fault) -> (Range<Int64>, Int64) {
        guard let (range, size) = contentRange(text) else { throw .invalidContentRange(text) }
        guard let asked, range == asked.clamped(to: 0..<size) else { throw .otherRange(range) }
        guard length == nil || length == Int64(range.count) else {
            throw .lengthMismatch(announced: length ?? 0, range: range.count)
        }
        return (range, size)
    }

    /// `bytes 0-9/100`
    private static func contentRange(_ text: String) -> (Range<Int64>, Int64)? {
        let fields = text.split(whereSeparator: { " -/".contains($0) })
        guard fields.count == 4, fields[0].lowercased() == "bytes", let first = Int64(fields[1]),
            let last = Int64(fields[2]), let size = Int64(fields[3]), first >= 0, first <= last, last < size
        else { return nil }
        return (first..<last + 1, size)
    }
}

/// A range of the bytes of a body. What follows it is not read.
private struct CutBody: BodyStream {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    let base: any BodyStream
    let range: Range<Int64>

    func makeAsyncIterator() -> Iterator {
        Iterator(chunks: base.makeAsyncIterator(), skipped: range.lowerBound, left: Int64(range.count))
    }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate var chunks: (any AsyncIteratorProtocol<ByteBuffer, any Error>)?
        /// How much is still to be passed over, and then how much is still to come, in bytes.
        fileprivate var skipped: Int64
        fileprivate var left: Int64

        @concurrent mutating func next() async throws -> ByteBuffer? {
            while left > 0 {
                guard var chunk = try await chunks?.next() else { return nil }
                let over = Swift.min(skipped, Int64(chunk.readableBytes))
                chunk.moveReaderIndex(forwardBy: Int(over))
                skipped -= over
                guard let wanted = chunk.readSlice(length: Int(Swift.min(left, Int64(chunk.readableBytes)))),
                    wanted.readableBytes > 0
                else { continue }
                left -= Int64(wanted.readableBytes)
                return wanted
            }
            // Closes the connection, and gives back the place.
            chunks = nil
            return nil
        }
    }
}

/// A body that is all here.
package struct OneBuffer: BodyStream {
    package typealias Element = ByteBuffer
    package typealias Failure = any Error

    private let buffer: ByteBuffer

    package init(_ buffer: ByteBuffer) { self.buffer = buffer }

    package func makeAsyncIterator() -> Iterator { Iterator(buffer: buffer) }

    package struct Iterator: AsyncIteratorProtocol {
        fileprivate var buffer: ByteBuffer?

        package mutating func next() async throws -> ByteBuffer? { buffer.take() }
    }
}
