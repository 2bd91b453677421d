import Testing

@testable import StoreTransport

/// Rules: Python's `posixpath.expandvars` and `expanduser`.
@Suite("Variables in paths") struct VariablesInPathsTests {
    private let environment = ProviderEnvironment(variables: ["HOME": "/home/a", "A": "x", "B_1": "$A", "é": "no"]) {
        0
    }

    @Test(arguments: [
        ("/a", "/a"), ("~", "/home/a"), ("~/b", "/home/a/b"), ("~b", "~b"), ("$A", "x"), ("${A}", "x"),
        ("$A/$B_1", "x/$A"),
        ("$A${A}b", "xxb"), ("$AB", "$AB"), ("${AB}", "${AB}"), ("$", "$"), ("$$A", "$x"), ("${A", "${A"),
        ("${}", "${}"),
        ("$é", "$é"), ("${é}", "no"), ("${A${A}", "${A${A}"), ("$\u{301}A", "$\u{301}A"), ("a$A\u{301}", "ax\u{301}"),
        ("$HOME", "/home/a"), ("", ""),
    ])
    func expands(path: String, expected: String) {
        #expect(environment.expanding(path).utf8.elementsEqual(expected.utf8))
    }

    /// This took seconds for each 100 kB, and four times as long for twice as many.
    @Test("braces that never close take no longer than others")
    func takesNoLonger() {
        let path = String(repeating: "${A:-", count: 100_000)
        let time = ContinuousClock().measure { #expect(environment.expanding(path) == path) }
        #expect(time < .seconds(20))
    }
}
