import NIOHTTP1
import Testing

@testable import StoreTransport

/// Pages for people in the place of a service's answer.
@Suite("Pages that are not the service's") struct ForeignPageTests {
    private static let html: HTTPHeaders = ["content-type": "text/html; charset=utf-8"]

    private func page(
        _ text: String, status: Int = 403, _ headers: HTTPHeaders = [:], writesText: Bool = false
    ) -> ForeignPage? {
        ForeignPage(status: status, headers: headers, body: Array(text.utf8), writesText: writesText)
    }

    static let titles: [(page: String, title: String?)] = [
        ("<!DOCTYPE html><html><head><title>Blocked\n by  ACME</title></head><body>x</body></html>", "Blocked by ACME"),
        ("<HTML><BODY><H1 class=a>Access <b>denied</b></H1><p>more</p>", "Access denied"),
        (" \n<html><head><style></style></head><body><p>Not <i>for</i> you</p>", "Not for you"),
        ("<html><title></title><h1> </h1></html>", nil), ("<html>", nil),
        ("<html><title>" + String(repeating: "a", count: 500) + "</title>", String(repeating: "a", count: 120)),
    ]

    @Test("its title is what it says", arguments: titles)
    func title(page text: String, title: String?) throws {
        let found = try #require(page(text))
        #expect(found.title == title)
        #expect(found.status == 403)
    }

    @Test("a text that calls itself HTML is a page, but of a service that answers so itself")
    func text() {
        #expect(page("Blocked by ACME proxy", Self.html)?.title == "Blocked by ACME proxy")
        #expect(page("Blocked by ACME proxy", Self.html, writesText: true) == nil)
        #expect(page("No such object", ["content-type": "text/plain"]) == nil)
        #expect(page("", Self.html) == nil)
        #expect(page("<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", Self.html) == nil)
    }

    @Test(
        "a status that the service may mean itself is its own",
        arguments: [
            (200, false), (301, true), (302, true), (400, true), (401, true), (403, true), (404, false), (405, true),
            (408, false), (412, false), (416, false), (429, false), (500, false), (502, false), (503, false),
        ])
    func status(status: Int, isPage: Bool) {
        #expect((page("<html>", status: status) != nil) == isPage)
    }

    @Test("who asks for credentials is the server") func challenge() {
        #expect(page("<html>", status: 401, ["www-authenticate": "Basic realm=x"]) == nil)
    }
}
