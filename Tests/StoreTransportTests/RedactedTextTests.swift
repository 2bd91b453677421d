import NIOHTTP1
import Testing

@testable import StoreTransport

/// What is printed of settings that may hold a secret.
@Suite struct RedactedTextTests {
    @Test(arguments: [
        ("https://user:secret@host/bucket", "https://[secret]@host/bucket"),
        ("https://user:se/cret@host", "https://[secret]@host"),
        ("https://user:se@cr?et#@host/a", "https://[secret]@host/a"),
        ("user:secret@host:9000", "[secret]@host:9000"),
        ("user:se://cret@host", "[secret]@host"),
        ("se@cret://host@host", "[secret]@host"),
        ("https://host/bucket", "https://host/bucket"), ("host", "host"), ("", ""),
    ])
    func passwordsAreNotShown(_ text: String, _ shown: String) {
        #expect(HTTPURL.shown(text) == shown)
        #expect(!HTTPURL.shown(text).contains("cret@"))
    }
}

/// What was sent in secret, in what was answered.
@Suite struct RedactionTests {
    @Test(arguments: [
        ("s", "it says so: s", "it says so: [secret]"),
        ("s", "keys=s&s", "keys=[secret]&[secret]"),
        ("abc", "abcde xabc abc1 (abc) abc", "abcde xabc abc1 ([secret]) [secret]"),
        ("longer-secret", "xlonger-secretx", "x[secret]x"),
        ("a b/c", "a+b a%20b%2Fc", "a+b [secret]"),
        // A combining mark makes another Character of the last letter.
        ("secret-text", "secret-text\u{301}", "[secret]\u{301}"),
        ("secret-text", "\u{FFFD}secret-text", "\u{FFFD}[secret]"),
        ("none", "", ""),
    ])
    func takesSecretsOut(_ secret: String, _ answered: String, _ shown: String) throws {
        let url = try #require(HTTPURL("https://host/"))
        let request = HTTPRequest(.GET, url)
        #expect(Redaction(of: request, and: [Secret(secret)])(answered) == shown)
    }
}
