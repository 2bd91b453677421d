/// A value of the file as text: what was written, and what it came to.
struct SpecText {
    /// With its variables replaced.
    let value: String
    let written: String
    let span: SourceSpan
    private let quoteWidth: Int?

    init(_ value: String, written: String, node: YAMLNode) {
        self.value = value
        self.written = written
        span = node.span
        quoteWidth = node.quoteWidth
    }

    /// The value, or a part of it, for a message: `` `nlp/x y` (from `nlp/${NAME}`) ``.
    func quotedValue(_ part: String? = nil) -> String {
        quoted(part ?? value) + (value == written ? "" : " (from \(quoted(written)))")
    }

    /// The place of a part of the value; the whole where the value is not in the file as it is.
    func span(from start: Int, count: Int) -> SourceSpan {
        value == written ? Self.part(of: span, quoteWidth, from: start, count: count) : span
    }

    /// The place of a part of what a node has written.
    static func span(in node: YAMLNode, _ range: Range<Int>) -> SourceSpan {
        part(of: node.span, node.quoteWidth, from: range.lowerBound, count: range.count)
    }

    private static func part(of span: SourceSpan, _ quoteWidth: Int?, from start: Int, count: Int) -> SourceSpan {
        guard let quoteWidth, count > 0 else { return span }
        return SourceSpan(line: span.line, column: span.column + quoteWidth + start, length: count)
    }
}
