// libyaml's problems (scanner.c, parser.c of 0.2.5) in the words of this program.

extension YAMLStop {
    init(_ problem: YAMLProblem, in source: SourceText) {
        let place = YAMLProblemPlace(problem, in: source)
        let words = YAMLProblemWords.all.first { $0.matches(problem) }
        // What is opened and never closed is seen at the end of the file, which tells nobody where.
        let isAtContext = words?.isAtContext == true || place.isAtEnd && !problem.context.isEmpty
        let mark = isAtContext ? problem.contextMark : problem.mark
        let span = source.span(from: mark, to: YAMLMark(line: mark.line, column: mark.column + 1))
        self.init(place.fault ?? words?.fault(place) ?? place.unknown, at: span)
    }
}

/// What a problem of libyaml's is called here.
private struct YAMLProblemWords {
    let problem: String
    var context: String?
    let message: String
    var hint: String?
    /// Whether the place is where the problem's context begins.
    var isAtContext = false
    /// Whether the message is to say where the list or mapping begins.
    var namesBeginning = false

    func matches(_ other: YAMLProblem) -> Bool {
        other.problem.hasPrefix(problem) && context.map { other.context.hasSuffix($0) } ?? true
    }

    func fault(_ place: YAMLProblemPlace) -> SpecFault {
        SpecFault("yaml", message + (namesBeginning ? place.beginning : ""), hint: hint)
    }

    private static let fitting =
        "indent the keys of a mapping, or the items of a list, alike and with spaces; nothing can follow a text in quotes"

    static let all = [
        YAMLProblemWords(
            problem: "found unexpected end of stream", context: "quoted scalar", message: "this quote is never closed",
            hint: "close it on the same line", isAtContext: true),
        YAMLProblemWords(
            problem: "found unexpected document indicator", context: "quoted scalar",
            message: "this quote is not closed before the end of the document", isAtContext: true),
        YAMLProblemWords(
            problem: "mapping values are not allowed in this context",
            message: "a `:` that makes a key stands where no key can be",
            hint: "write a space after each key's colon, and put a text that holds `: ` into quotes"),
        YAMLProblemWords(
            problem: "mapping keys are not allowed in this context", message: "a `?` key stands where no key can be"),
        YAMLProblemWords(
            problem: "block sequence entries are not allowed in this context",
            message: "a list item cannot begin here", hint: "begin the list on the next line, each item after `- `"),
        YAMLProblemWords(
            problem: "could not find expected ':'", message: "this text has no value: no `:` follows it",
            hint: "write `key: value`, with a space after the colon; a list item begins with `- `", isAtContext: true),
        YAMLProblemWords(
            problem: "did not find expected key", message: "this does not fit the mapping",
            hint: fitting, namesBeginning: true),
        YAMLProblemWords(
            problem: "did not find expected '-' indicator", message: "this does not fit the list",
            hint: fitting, namesBeginning: true),
        YAMLProblemWords(
            problem: "did not find expected ',' or ']'", message: "the list in brackets is not closed or lacks a comma",
            hint: "close it with `]`; a text that holds `[`, `]`, `{`, `}` or `,` needs quotes in it",
            namesBeginning: true),
        YAMLProblemWords(
            problem: "did not find expected ',' or '}'",
            message: "the mapping in braces is not closed or lacks a comma",
            hint: "close it with `}`; a text that holds `[`, `]`, `{`, `}` or `,` needs quotes in it",
            namesBeginning: true),
        YAMLProblemWords(
            problem: "did not find expected comment or line break", context: "block scalar",
            message: "`>` or `|` begins a block of text here",
            hint: "put a requirement into quotes: `version: \">=3.1, <4\"`",
            isAtContext: true),
        YAMLProblemWords(
            problem: "did not find expected node content", message: "a value is missing here",
            hint: "write the value, or remove the mark before it"),
        YAMLProblemWords(
            problem: "did not find expected <document start>", message: "this stands after the end of the document",
            hint: "indent it as what is before it, or remove it"),
        YAMLProblemWords(
            problem: "did not find expected alphabetic or numeric character",
            message: "`*` and `&` begin an alias or an anchor, and no name follows",
            hint: "put a text that begins with `*` or `&`, such as a pattern, into quotes: `\"**/*.onnx\"`",
            isAtContext: true),
        YAMLProblemWords(
            problem: "found unknown escape character", message: "unknown escape in a text in double quotes",
            hint: "write `\\\\` for a backslash, or use single quotes"),
        YAMLProblemWords(
            problem: "did not find expected hexdecimal number", message: "an escape lacks its hexadecimal digits",
            hint: "write `\\xNN`, `\\uNNNN` or `\\UNNNNNNNN`"),
        YAMLProblemWords(
            problem: "found invalid Unicode character escape code", message: "an escape names no character"),
        YAMLProblemWords(
            problem: "found a tab character", message: "a tab cannot indent", hint: "indent with spaces"),
        YAMLProblemWords(
            problem: "found undefined tag handle", message: "a text that begins with `!` is a tag to YAML",
            hint: "put it into quotes", isAtContext: true),
        YAMLProblemWords(
            problem: "", context: "scanning a tag", message: "a text that begins with `!` is a tag to YAML",
            hint: "put it into quotes", isAtContext: true),
        YAMLProblemWords(
            problem: "found incompatible YAML document", message: "the `%YAML` directive names another version of YAML",
            hint: "remove it"),
        YAMLProblemWords(
            problem: "found duplicate %", message: "this directive is here twice", hint: "remove one of the two"),
        // Whatever else is wrong inside of these.
        YAMLProblemWords(
            problem: "", context: "directive", message: "a line that begins with `%` is a directive to YAML",
            hint: "remove it, or put the text into quotes", isAtContext: true),
        YAMLProblemWords(
            problem: "", context: "block scalar", message: "`>` or `|` begins a block of text here",
            hint: "put a text that begins with `>` or `|` into quotes", isAtContext: true),
        YAMLProblemWords(
            problem: "found unexpected ':'", message: "a `:` stands inside a text without quotes",
            hint: "put the text into quotes"),
    ]
}

/// What stands where the problem is.
private struct YAMLProblemPlace {
    private let problem: YAMLProblem
    private let scalar: Unicode.Scalar?
    /// `version: 1`, where the line before has `version:1`, which YAML takes for a text that goes on.
    private let keyWithoutSpace: String?
    /// Whether the file ends here: then the place tells nobody anything.
    let isAtEnd: Bool

    init(_ problem: YAMLProblem, in source: SourceText) {
        self.problem = problem
        let line = source.line(problem.mark.line + 1).unicodeScalars
        scalar = line.dropFirst(problem.mark.column).first
        keyWithoutSpace = Self.key(source.line(problem.mark.line))
        isAtEnd = scalar == nil && problem.mark.line + 1 >= source.lineCount
    }

    private static func key(_ line: String) -> String? {
        let text = line.drop { $0 == " " || $0 == "-" }
        guard let colon = text.firstIndex(of: ":"), text.index(after: colon) < text.endIndex else { return nil }
        let (key, value) = (String(text[..<colon]), text[text.index(after: colon)...])
        let words = FileKey.words + StorageKey.words + EntryKey.words
        return words.contains(key) && value.first != " " ? "\(key): \(value)" : nil
    }

    /// The list or mapping that the problem is in, where that is not the same line.
    var beginning: String {
        guard problem.contextMark.line != problem.mark.line, !problem.context.isEmpty, !isAtEnd else { return "" }
        return " (begun in line \(problem.contextMark.line + 1))"
    }

    /// What the character itself explains, or the line before.
    var fault: SpecFault? {
        if let key = keyWithoutSpace, problem.problem.hasPrefix("mapping values are not allowed") {
            return SpecFault(
                "yaml", "this key does not fit the line before it",
                hint: "line \(problem.mark.line) needs a space after the colon: \(quoted(key))")
        }
        guard let scalar, problem.problem.hasPrefix("found character that cannot start any token") else { return nil }
        if scalar == "\t" { return SpecFault("yaml", "a tab cannot indent", hint: "indent with spaces") }
        let name = scalar == "`" ? "a backtick" : "`\(scalar)`"
        return SpecFault("yaml", "\(name) cannot begin a text in YAML", hint: "put the text into quotes")
    }

    var unknown: SpecFault {
        let context = problem.context.isEmpty ? "" : " \(problem.context)"
        return SpecFault("yaml", "invalid YAML: \(problem.problem)\(context)\(beginning)")
    }
}
