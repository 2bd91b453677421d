import AssetModel

/// A fault in words, before it has a place.
struct SpecFault: Error {
    let code: String
    let message: String
    var expected: String?
    var hint: String?

    init(_ code: String, _ message: String, expected: String? = nil, hint: String? = nil) {
        self.code = code
        self.message = message
        self.expected = expected
        self.hint = hint
    }

    func diagnostic(at excerpt: SourceExcerpt?) -> Diagnostic {
        Diagnostic(code: code, message: message, at: excerpt, expected: expected, hint: hint)
    }

    static func tooMany(_ dropped: Int) -> SpecFault { SpecFault("too-many", "\(dropped) more errors not shown") }
}

/// A text of the user in backticks; cut, since a message is for reading.
func quoted(_ text: some StringProtocol) -> String {
    let maximumLength = 100
    return text.unicodeScalars.count > maximumLength ? "`\(text.prefix(maximumLength))…`" : "`\(text)`"
}

/// `a, b or c`, each in backticks.
func choice(_ words: some Collection<String>) -> String {
    let all = words.map { "`\($0)`" }
    guard let last = all.last, all.count > 1 else { return all.first ?? "" }
    return all.dropLast().joined(separator: ", ") + " or " + last
}

/// `did you mean …?`, where a word is near enough.
func didYouMean(_ word: String, among words: some Sequence<String>) -> String? {
    nearestWord(to: word, in: words).map { "did you mean `\($0)`?" }
}
