import AssetModel

/// The diagnostics of one file as they are found.
struct DiagnosticList {
    /// More than anyone reads, and few enough that a hostile file cannot make the report large.
    static let maximumCount = 1000

    let source: SourceText
    private var found: [Diagnostic] = []
    private var dropped = 0

    /// A file may be one line of 16 MiB with many places in it, which then share one text.
    private var lastLine: (number: Int, text: String)?

    init(source: SourceText) { self.source = source }

    mutating func excerpt(_ span: SourceSpan) -> SourceExcerpt {
        SourceExcerpt(location: source.location(span), line: line(span.line), length: span.length)
    }

    private mutating func line(_ number: Int) -> String {
        if let lastLine, lastLine.number == number { return lastLine.text }
        let text = source.line(number)
        lastLine = (number, text)
        return text
    }

    var isEmpty: Bool { found.isEmpty }
    /// Whether what is added is only counted, so that looking for near words would be in vain.
    var isFull: Bool { found.count >= Self.maximumCount }

    mutating func add(_ fault: SpecFault, at span: SourceSpan) {
        guard !isFull else { return dropped += 1 }
        add(fault, at: excerpt(span))
    }

    mutating func add(_ fault: SpecFault, at excerpt: SourceExcerpt?) {
        guard !isFull else { return dropped += 1 }
        found.append(
            Diagnostic(
                code: fault.code, message: fault.message, at: excerpt, expected: fault.expected, hint: fault.hint))
    }

    /// In the order of the file; what stands at one place in the order in which it was found.
    var report: SpecReport {
        let order = found.indices.sorted { place($0) < place($1) }
        var diagnostics = order.map { found[$0] }
        if dropped > 0, let last = diagnostics.last {
            diagnostics.append(
                Diagnostic(code: "too-many", message: "\(dropped) more errors not shown", at: last.excerpt))
        }
        return SpecReport(diagnostics)
    }

    private func place(_ index: Int) -> (Int, Int, Int) {
        let location = found[index].excerpt?.location
        return (location?.line ?? 0, location?.column ?? 0, index)
    }
}

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
