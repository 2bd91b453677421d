internal import AssetModel
internal import Terminal
internal import Words

/// Problems as text for people. One that has a place in a file is shown with it, as `DiagnosticText` does:
///
/// ```
/// error: there is no asset `nlp/lexicn`
///   --> assets.yaml:8:5
///    |
///  8 |   - nlp/lexicn:1
///    |     ^^^^^^^^^^^^
///    = similar names are nlp/lexicon
///    = hint: did you mean `nlp/lexicon`?
/// ```
///
/// and one that has none in fewer signs:
///
/// ```
/// error: cannot open the assets directory `/srv/assets`: No such file or directory
///   it comes from environment variable MODELKIT_ASSETS_DIR
///   hint: make it, or give --create-assets-dir
/// ```
struct ProblemText {
    /// The longest line of an error, in cells: a server's message may be a page of HTML.
    static let lineLimit = 1000

    let width: Int
    let style: Style

    /// One after the other, with an empty line between where one has a place.
    func render(_ problems: [Problem]) -> String {
        problems.enumerated().map { index, problem in
            (index > 0 && problem.excerpt != nil ? "\n" : "") + text(of: problem) + "\n"
        }.joined()
    }

    /// - Parameter subject: what the message is about, where it does not say so itself.
    func text(of problem: Problem, subject: String? = nil) -> String {
        let message = (subject.map { "\($0): " } ?? "") + problem.message
        if let excerpt = problem.excerpt { return placed(problem, message, excerpt) }
        let hint = problem.hint.map { "  \(style.paint("hint", .cyan)): \($0)" }
        let lines =
            ["\(style.paint("error", .red)): \(message)"] + problem.details.map { "  \($0)" }
            + [hint].compactMap(\.self)
        return lines.map { TextWidth.truncatingEnd($0, to: Self.lineLimit) }.joined(separator: "\n")
    }

    private func placed(_ problem: Problem, _ message: String, _ excerpt: SourceExcerpt) -> String {
        let word = "expected "
        let expected = problem.details.first.flatMap { $0.hasPrefix(word) ? String($0.dropFirst(word.count)) : nil }
        let notes = expected == nil ? problem.details : Array(problem.details.dropFirst())
        let diagnostic = Diagnostic(
            code: problem.code, message: message, at: excerpt, expected: expected, hint: problem.hint)
        return DiagnosticText(width: width, style: style).text(of: diagnostic, notes: notes)
    }
}
