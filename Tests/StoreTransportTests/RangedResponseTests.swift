import NIOHTTP1
import Testing

@testable import StoreTransport

/// The object is `0123456789`.
@Suite("Answers to requests of a range") struct RangedResponseTests {
    enum Outcome: Equatable, ExpressibleByStringLiteral {
        case read(String)
        case refused(RangedResponse.Fault)

        init(stringLiteral text: String) { self = .read(text) }
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var status = 200
        var headers: [(String, String)] = []
        var body = ["01234", "56789"]
        var asked: Range<Int64>?
        var takesWhole = false
        var matches: Bool?
        /// `0-9/10: 0123456789`, with `?` where it may be cut; or why it is refused.
        let outcome: Outcome
    }

    private static let length = ("content-length", "10")

    private static let cases = [
        Case(testDescription: "all of it", headers: [length], outcome: "0-9/10: 0123456789"),
        Case(
            testDescription: "the range", status: 206, headers: [("content-range", "bytes 2-5/10")],
            body: ["23", "45"],
            asked: 2..<6, outcome: "2-5/10: 2345"),
        Case(
            testDescription: "the range, which ends with the object", status: 206,
            headers: [("content-range", "bytes 8-9/10")], body: ["89"], asked: 8..<20, outcome: "8-9/10: 89"),
        Case(
            testDescription: "the range, told by its header alone", headers: [("content-range", "bytes 2-5/10")],
            body: ["2345"], asked: 2..<6, outcome: "2-5/10: 2345"),
        Case(
            testDescription: "another range", status: 206, headers: [("content-range", "bytes 0-3/10")], asked: 2..<6,
            outcome: .refused(.otherRange(0..<4))),
        Case(
            testDescription: "a range that was not asked for", status: 206,
            headers: [("content-range", "bytes 0-9/10")],
            outcome: .refused(.otherRange(0..<10))),
        Case(
            testDescription: "a range without its header", status: 206, asked: 2..<6,
            outcome: .refused(.invalidContentRange(""))),
        Case(
            testDescription: "a range that ends before it begins", status: 206,
            headers: [("content-range", "bytes 5-2/10")], asked: 2..<6,
            outcome: .refused(.invalidContentRange("bytes 5-2/10"))),
        Case(
            testDescription: "a range with another length", status: 206,
            headers: [("content-range", "bytes 2-5/10"), length], asked: 2..<6,
            outcome: .refused(.lengthMismatch(announced: 10, range: 4))),
        Case(
            testDescription: "all in place of the range", headers: [length], asked: 2..<6, outcome: "2-5/10: 2345"),
        Case(
            testDescription: "all in place of the first range", headers: [length], asked: 0..<6, takesWhole: true,
            outcome: "0-9/10: 0123456789"),
        Case(
            testDescription: "all in place of a range behind it", headers: [length], asked: 12..<14,
            outcome: .refused(.endsBeforeRange)),
        Case(
            testDescription: "all, in chunks", headers: [("transfer-encoding", "chunked")],
            outcome: "0-9/10: 0123456789"),
        Case(testDescription: "all, up to the end of the connection", outcome: "0-9/10?: 0123456789"),
        Case(
            testDescription: "all, up to the end of the connection, with its digest", matches: true,
            outcome: "0-9/10: 0123456789"),
        Case(
            testDescription: "something else, up to the end of the connection", matches: false,
            outcome: .refused(.digestMismatch)),
        Case(
            testDescription: "a range cut out of what has no length", headers: [("transfer-encoding", "chunked")],
            asked: 4..<7, outcome: "4-6/10: 456"),
    ]

    @Test(arguments: cases) func outcome(answer: Case) async throws {
        let response = HTTPResponse(
            status: answer.status, headers: HTTPHeaders(answer.headers), body: ScriptedBody(pieces: answer.body))
        #expect(try await Self.outcome(of: answer, response) == answer.outcome)
    }

    private static func outcome(of answer: Case, _ response: HTTPResponse) async throws -> Outcome {
        do {
            let read = try await RangedResponse.read(
                response, asked: answer.asked, takesWhole: answer.takesWhole, matches: { _ in answer.matches })
            let end = "\(read.range.upperBound - 1)/\(read.size)\(read.isComplete ? "" : "?")"
            return .read("\(read.range.lowerBound)-\(end): \(try await read.body.text())")
        } catch let fault as RangedResponse.Fault {
            return .refused(fault)
        }
    }

    @Test("an answer without a length is not read without end") func withoutEnd() async throws {
        let piece = String(repeating: "x", count: 1 << 20)
        let body = ScriptedBody(pieces: Array(repeating: piece, count: 17))
        let fault = await #expect(throws: RangedResponse.Fault.self) {
            try await RangedResponse.read(
                HTTPResponse(status: 200, headers: [:], body: body), asked: nil, takesWhole: false,
                matches: { _ in nil })
        }
        #expect(fault == .tooLong(limit: 16 << 20))
    }
}
