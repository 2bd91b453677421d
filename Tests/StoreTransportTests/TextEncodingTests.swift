import Testing

@testable import StoreTransport

@Suite struct Base64Tests {
    /// Source: <https://www.rfc-editor.org/rfc/rfc4648#section-10>
    private static let pairs = [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
        ("foobar", "Zm9vYmFy"),
    ]

    @Test("both ways as in RFC 4648", arguments: pairs) func bothWays(plain: String, encoded: String) {
        #expect(Base64.encode(Array(plain.utf8)) == encoded)
        #expect(Base64.decode(encoded) == Array(plain.utf8))
    }

    @Test("in a URL there is no padding, and other digits") func inURLs() {
        #expect(Base64.encode([0xFB, 0xFF, 0xFE, 0xFF]) == "+//+/w==")
        #expect(Base64.encodeForURL([0xFB, 0xFF, 0xFE, 0xFF]) == "-__-_w")
    }

    @Test(
        "anything else is refused",
        arguments: [
            "Zg", "Zg=", "Z===", "====", "Zm9v====", "=Zg=", "Zg==Zg==", "Zm 9v", "Zm9v\n", "Zm9-", "_m9v", "Zmé=", "=",
        ])
    func refused(text: String) {
        #expect(Base64.decode(text) == nil)
    }
}

@Suite struct PercentEncodingTests {
    @Test(
        "only unreserved characters stay",
        arguments: [
            ("aZ09-._~", "aZ09-._~"), ("a b", "a%20b"), ("a+b", "a%2Bb"), ("a/b", "a%2Fb"), ("50%", "50%25"),
            ("é", "%C3%A9"),
            ("🦊", "%F0%9F%A6%8A"), ("\n\u{0}", "%0A%00"), ("*'()!", "%2A%27%28%29%21"), ("", ""),
        ])
    func encoded(text: String, expected: String) {
        #expect(PercentEncoding.encode(text) == expected)
        #expect(PercentEncoding.decode(expected) == text)
        #expect(PercentEncoding.decodeForm(expected) == text)
    }

    @Test("the path of an object keeps its slashes") func slashes() {
        #expect(PercentEncoding.encode("a/b c", keepsSlash: true) == "a/b%20c")
    }

    @Test("a plus is a blank in a form alone") func plus() {
        #expect(PercentEncoding.decode("a+b") == "a+b")
        #expect(PercentEncoding.decodeForm("a+b") == "a b")
    }

    @Test(
        "what is not encoded right is no form, and else stays as it is", arguments: ["%", "%4", "%zz", "a%E9", "%C3"])
    func malformed(text: String) {
        #expect(PercentEncoding.decodeForm(text) == nil)
        #expect(PercentEncoding.decode(text) == text)
    }

    @Test("a query has its items in order, and names without a value") func query() {
        let query = PercentEncoding.query([("uploads", nil), ("prefix", "a/b"), ("empty", "")])
        #expect(query == "uploads&prefix=a%2Fb&empty=")
    }
}

/// As Python's `shlex.split`, which botocore splits command lines with.
@Suite struct ShellWordsTests {
    private static let lines: [(line: String, words: [String]?)] = [
        ("", []), ("   ", []), ("a b", ["a", "b"]), ("  a\tb\nc ", ["a", "b", "c"]), ("'a b' c", ["a b", "c"]),
        (#""a b"c"#, ["a bc"]), ("a''b", ["ab"]), ("''", [""]), (#""" x"#, ["", "x"]), (#"a\ b"#, ["a b"]),
        (#"'a\b'"#, [#"a\b"#]), (#""a\"b\\c\d""#, [#"a"b\c\d"#]), ("a'b c'd", ["ab cd"]), ("a # b", ["a", "#", "b"]),
        ("'open", nil), (#""open"#, nil), (#"a\"#, nil), (#""\$x""#, [#"\$x"#]), ("é 'ü'", ["é", "ü"]),
        ("a\\\nb", ["a\nb"]), ("'a\nb'", ["a\nb"]),
    ]

    @Test(arguments: lines) func lineIsSplit(line: String, words: [String]?) {
        #expect(ShellWords.split(line) == words)
    }
}
