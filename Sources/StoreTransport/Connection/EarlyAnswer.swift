internal import NIOCore
internal import NIOHTTP1

/// An answer whose head comes before all of the request was sent. Where it refuses the request, AsyncHTTPClient sends no more,
/// and may wait for ever until the rest was sent, without telling the answer's end.
struct EarlyAnswer {
    /// For the rest of a refusal, whose head has come: it is a line that says what is wrong.
    static let patience = TimeAmount.seconds(1)

    /// How much of the body is still to come, in bytes; nil where the head does not say.
    private var left: Int?
    let isRefusal: Bool

    init(_ head: HTTPResponseHead) {
        isRefusal = head.status.code >= 300
        left = head.headers.first(name: "content-length").flatMap { Int($0) }
    }

    var isWhole: Bool { left.map { $0 <= 0 } ?? false }

    mutating func received(_ count: Int) { left = left.map { $0 - min(count, $0) } }
}
