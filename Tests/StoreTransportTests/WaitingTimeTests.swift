import NIOCore
import NIOHTTP1
import Testing

@testable import StoreTransport

/// Numbers of seconds that a variable or a server may say.
@Suite struct WaitingTimeTests {
    private static let tenYears = 315_360_000.0

    private static let times: [(Double, Double)] = [
        (0, 0), (-0.0, 0), (-1, 0), (-.infinity, 0), (.nan, 0), (0.25, 0.25), (60, 60), (1e9, tenYears),
        (1e30, tenYears), (.greatestFiniteMagnitude, tenYears), (.infinity, tenYears),
    ]

    @Test(arguments: times)
    func areBounded(_ seconds: Double, _ expected: Double) {
        let time = WaitingTime(seconds: seconds)
        #expect(time.seconds == expected)
        #expect(time.duration == .seconds(expected))
        #expect(time.timeAmount == .nanoseconds(Int64(expected * 1e9)))
        #expect(NIODeadline.now() + time.timeAmount >= NIODeadline.now() - .seconds(1))
    }

    private static let dates: [(Double, String)] = [
        (0, "1970-01-01T00:00:00Z"), (-1, "1970-01-01T00:00:00Z"), (-.infinity, "1970-01-01T00:00:00Z"),
        (.nan, "1970-01-01T00:00:00Z"), (1e30, "9999-12-31T23:59:59Z"), (.infinity, "9999-12-31T23:59:59Z"),
        (1_795_608_000, "2026-11-25T12:00:00Z"),
    ]

    @Test(arguments: dates)
    func datesAreOfFourDigits(_ seconds: Double, _ expected: String) { #expect(Timestamp.text(seconds) == expected) }

    /// Nobody listens at port 1: what counts is that there is an answer at all.
    @Test(arguments: [Double.infinity, .nan, 1e30, -1])
    func aRequestTakesAnyTimeOut(_ seconds: Double) async throws {
        let timeouts = HTTPTimeouts(connect: seconds, idle: seconds, whole: seconds)
        let transport = AsyncHTTPTransport(
            HTTPTransportSettings(timeouts: timeouts, proxies: ProxySettings(), connections: 1))
        let url = try #require(HTTPURL("http://127.0.0.1:1/"))
        await #expect(throws: HTTPFailure.self) {
            try await transport.send(HTTPRequest(.GET, url, timeouts: timeouts))
        }
    }
}
