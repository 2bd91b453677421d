import Testing

@testable import StoreTransport

@Suite("Dates") struct DateTests {
    private static let noon = 1_795_608_000.0

    @Test(
        "of ISO 8601 in the forms that Amazon's services and tools write",
        arguments: [
            "2026-11-25T12:00:00Z", "2026-11-25T12:00:00", "2026-11-25T12:00:00UTC", "2026-11-25T12:00:00.000Z",
            "2026-11-25T12:00:00.999999999", "2026-11-25T14:00:00+02:00", "2026-11-25T14:00:00+0200",
            "2026-11-25T06:30:00.5-05:30", "2026-11-25 12:00:00Z",
        ])
    func isoDates(text: String) {
        #expect(Timestamp.seconds(text) == Self.noon)
    }

    @Test(
        "of ISO 8601, and nothing else",
        arguments: [
            "", "2026-11-25", "2026-11-25T12:00", "2026-13-25T12:00:00Z", "2026-00-25T12:00:00Z",
            "2026-11-00T12:00:00Z",
            "2026-11-32T12:00:00Z", "20261125T120000Z", "tomorrow, at the latest", "2026-11-25T12:00:00 GMT",
            "２026-11-25T12:00:00Z",
            "2026-11-25T12:00:00+02", "2026-11-25T12:00:00Zulu", "2026-11-23T12:92233:0.1UTC", "2026-1-25T12:00:000Z",
        ])
    func noISODates(text: String) {
        #expect(Timestamp.seconds(text) == nil)
    }

    @Test(
        "written as they are read",
        arguments: [
            (0.0, "1970-01-01T00:00:00Z", "19700101T000000Z"),
            (951_782_400, "2000-02-29T00:00:00Z", "20000229T000000Z"),
            (noon + 0.9, "2026-11-25T12:00:00Z", "20261125T120000Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z", "99991231T235959Z"),
        ])
    func written(seconds: Double, text: String, basic: String) {
        #expect(Timestamp.text(seconds) == text)
        #expect(Timestamp.basic(seconds) == basic)
        #expect(Timestamp.seconds(text) == seconds.rounded(.down))
    }

    @Test(
        "of HTTP's headers",
        arguments: [
            ("Sun, 06 Nov 1994 08:49:37 GMT", 784_111_777.0), ("Thu, 01 Jan 1970 00:00:00 GMT", 0),
            ("Tue, 29 Feb 2000 23:59:59 GMT", 951_868_799), ("Wed, 25 Nov 2026 12:00:00 GMT", noon),
        ])
    func httpDates(text: String, seconds: Double) {
        #expect(HTTPDate.seconds(text) == seconds)
    }

    @Test(
        "of HTTP's headers, and nothing else",
        arguments: [
            "", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994", "Sun, 06 Nov 1994 08:49:37 UTC",
            "Sun, 06 Foo 1994 08:49:37 GMT", "Sun, 32 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Nov 10000 08:49:37 GMT", "Sun, 06 Nov 1994 08:60:37 GMT",
        ])
    func noHTTPDates(text: String) {
        #expect(HTTPDate.seconds(text) == nil)
    }
}
