internal import NIOHTTP1

/// What the head of an answer says of the bytes that follow it.
enum RangedAnswer {
    /// Why the head cannot be that of an answer to the request.
    struct Fault: Error {
        let words: String
    }

    /// - Parameter asked: the range that was asked for; nil for the whole object.
    /// - Returns: the range that comes, and the size of the whole object.
    static func read(
        _ headers: HTTPHeaders, status: Int, asked: Range<Int64>?
    ) throws(Fault) -> (range: Range<Int64>, size: Int64) {
        let length = headers.first(name: "content-length").flatMap(Int64.init)
        // By the header: `rclone serve s3` answers a range with the status 200.
        return headers.contains(name: "content-range") || status == 206
            ? try part(headers.first(name: "content-range") ?? "", length: length, asked: asked)
            : try whole(length: length, asked: asked)
    }

    private static func part(
        _ text: String, length: Int64?, asked: Range<Int64>?
    ) throws(Fault) -> (Range<Int64>, Int64) {
        guard let (range, size) = contentRange(text) else {
            throw Fault(words: "it says `Content-Range: \(text)`, which is no range")
        }
        guard let asked, range == asked.clamped(to: 0..<size) else {
            throw Fault(words: "bytes \(range.lowerBound) to \(range.upperBound) came, which were not asked for")
        }
        guard length == nil || length == Int64(range.count) else {
            throw Fault(words: "it announces \(length ?? 0) bytes for a range of \(range.count)")
        }
        return (range, size)
    }

    private static func whole(length: Int64?, asked: Range<Int64>?) throws(Fault) -> (Range<Int64>, Int64) {
        guard let length, length >= 0 else { throw Fault(words: "the answer does not say how long it is") }
        let whole = 0..<length
        guard asked.map({ $0.clamped(to: whole) == whole }) ?? true else {
            throw Fault(words: "the whole object came, where a part was asked for")
        }
        return (whole, length)
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
