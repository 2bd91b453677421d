internal import ArgumentParser

extension Problem {
    /// An error of the argument parser, or of a command's `validate`, as all others are told; nil for what is none, such
    /// as a request for help.
    ///
    /// ```
    /// error: unknown option `--dry`
    ///   usage: modelkit-assets resolve [<options>] [<spec>]
    ///   hint: did you mean `--dry-run`?
    /// ```
    init?(usage error: any Error) {
        guard !(error is ExitCode), ModelkitAssets.exitCode(for: error) == .validationFailure else { return nil }
        let (message, expected, question) = Self.divided(ModelkitAssets.message(for: error))
        let lines = ModelkitAssets.fullMessage(for: error).split(separator: "\n").map(String.init)
        let usage = lines.first { $0.hasPrefix("Usage: ") }.map { lowerFirst($0) }
        let help = lines.first { $0.hasPrefix("  See '") }?.split(separator: "'").dropFirst().first
        self.init(
            code: "usage", message: message, details: [expected, usage].compactMap(\.self),
            hint: question ?? help.map { "`\($0)` prints all options" }, exitStatus: 64)
    }

    /// In the words of the program's own errors: lower case, backticks, no final period; what is expected and a question
    /// apart.
    private static func divided(_ message: String) -> (message: String, expected: String?, question: String?) {
        // Apostrophes of words do not come in pairs.
        let isQuoted = message.count { $0 == "'" }.isMultiple(of: 2)
        var text = lowerFirst(isQuoted ? message.replacing("'", with: "`") : message)
        let question = cut(&text, from: " Did you mean").map { "did you mean\($0)" }
        let expected = cut(&text, from: " Please provide one of").map { "expected\(trimmed($0))" }
        let value = "the value "
        if text.hasPrefix(value), let range = text.firstRange(of: " is invalid for ") {
            text = "invalid value \(text[..<range.lowerBound].dropFirst(value.count)) for \(text[range.upperBound...])"
        }
        return (trimmed(text), expected, question)
    }

    /// What follows these words, which end the text.
    private static func cut(_ text: inout String, from words: String) -> String? {
        guard let range = text.firstRange(of: words) else { return nil }
        defer { text = String(text[..<range.lowerBound]) }
        return String(text[range.upperBound...])
    }

    private static func trimmed(_ text: String) -> String { text.hasSuffix(".") ? String(text.dropLast()) : text }
}
