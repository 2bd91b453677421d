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
        "indent the keys of a mapping, or the items of a list, equally and with spaces; nothing may follow a quoted value"

    static let all = [
        YAMLProblemWords(
            problem: "found unexpected end of stream", context: "quoted scalar", message: "unclosed quote",
            hint: "close it on the same line", isAtContext: true),
        YAMLProblemWords(
            problem: "found unexpected document indicator", context: "quoted scalar",
            message: "unclosed quote at the end of the document", isAtContext: true),
        YAMLProblemWords(
            problem: "mapping values are not allowed in this context",
            message: "unexpected `:`: no key is allowed here",
            hint: "write a space after each key's colon, and quote a value that contains `: `"),
        YAMLProblemWords(
            problem: "mapping keys are not allowed in this context", message: "unexpected `?`: no key is allowed here"),
        YAMLProblemWords(
            problem: "block sequence entries are not allowed in this context",
            message: "unexpected list item", hint: "start the list on the next line, each item after `- `"),
        YAMLProblemWords(
            problem: "could not find expected ':'", message: "missing `:` after this key",
            hint: "write `key: value`, with a space after the colon; a list item starts with `- `", isAtContext: true),
        YAMLProblemWords(
            problem: "did not find expected key", message: "unexpected content in the mapping",
            hint: fitting, namesBeginning: true),
        YAMLProblemWords(
            problem: "did not find expected '-' indicator", message: "unexpected content in the list",
            hint: fitting, namesBeginning: true),
        YAMLProblemWords(
            problem: "did not find expected ',' or ']'", message: "missing `,` or `]` in the list",
            hint: "quote a value that contains `[`, `]`, `{`, `}` or `,`",
            namesBeginning: true),
        YAMLProblemWords(
            problem: "did not find expected ',' or '}'",
            message: "missing `,` or `}` in the mapping",
            hint: "quote a value that contains `[`, `]`, `{`, `}` or `,`",
            namesBeginning: true),
        YAMLProblemWords(
            problem: "did not find expected comment or line break", context: "block scalar",
            message: "unexpected text after `>` or `|`, which starts a block scalar",
            hint: "quote a requirement: `version: \">=3.1, <4\"`",
            isAtContext: true),
        YAMLProblemWords(
            problem: "did not find expected node content", message: "missing value",
            hint: "write the value, or remove the indicator before it"),
        YAMLProblemWords(
            problem: "did not find expected <document start>",
            message: "unexpected content after the end of the document",
            hint: "indent it like the lines before it, or remove it"),
        YAMLProblemWords(
            problem: "did not find expected alphabetic or numeric character",
            message: "missing name of an alias (`*`) or anchor (`&`)",
            hint: "quote a value that starts with `*` or `&`, such as a pattern: `\"**/*.onnx\"`",
            isAtContext: true),
        YAMLProblemWords(
            problem: "found unknown escape character", message: "unknown escape sequence in double quotes",
            hint: "write `\\\\` for a backslash, or use single quotes"),
        YAMLProblemWords(
            problem: "did not find expected hexdecimal number", message: "invalid hexadecimal escape sequence",
            hint: "write `\\xNN`, `\\uNNNN` or `\\UNNNNNNNN`"),
        YAMLProblemWords(
            problem: "found invalid Unicode character escape code", message: "invalid Unicode escape sequence"),
        YAMLProblemWords(
            problem: "found a tab character", message: "tab used for indentation", hint: "indent with spaces"),
        YAMLProblemWords(
            problem: "found undefined tag handle",
            message: "invalid tag: YAML reads a value that starts with `!` as a tag",
            hint: "quote it", isAtContext: true),
        YAMLProblemWords(
            problem: "", context: "scanning a tag",
            message: "invalid tag: YAML reads a value that starts with `!` as a tag",
            hint: "quote it", isAtContext: true),
        YAMLProblemWords(
            problem: "found incompatible YAML document", message: "unsupported YAML version in the `%YAML` directive",
            hint: "remove it"),
        YAMLProblemWords(
            problem: "found duplicate %", message: "duplicate directive", hint: "remove one of them"),
        // Whatever else is wrong inside of these.
        YAMLProblemWords(
            problem: "", context: "directive",
            message: "invalid directive: YAML reads a line that starts with `%` as a directive",
            hint: "remove it, or quote the value", isAtContext: true),
        YAMLProblemWords(
            problem: "", context: "block scalar", message: "invalid block scalar after `>` or `|`",
            hint: "quote a value that starts with `>` or `|`", isAtContext: true),
        YAMLProblemWords(
            problem: "found unexpected ':'", message: "unexpected `:` in an unquoted value",
            hint: "quote the value"),
    ]
}

/// What stands where the problem is.
private struct YAMLProblemPlace {
    private let problem: YAMLProblem
    private let scalar: Unicode.Scalar?
    /// `version: 1`, where the line before has `version:1`, which YAML takes for a text that goes on.
    private let keyWithoutSpace: String?
    /// The line of an empty list, `assets: []`, where an item stands below it; counted from 1.
    private let emptyList: Int?
    /// Whether the file ends here: then the place tells nobody anything.
    let isAtEnd: Bool

    init(_ problem: YAMLProblem, in source: SourceText) {
        self.problem = problem
        let line = source.line(problem.mark.line + 1).unicodeScalars
        scalar = line.dropFirst(problem.mark.column).first
        keyWithoutSpace = Self.key(source.line(problem.mark.line))
        emptyList = scalar == "-" ? Self.emptyList(above: problem.mark.line, in: source) : nil
        isAtEnd = scalar == nil && problem.mark.line + 1 >= source.lineCount
    }

    /// Comments may stand between.
    private static func emptyList(above line: Int, in source: SourceText) -> Int? {
        for number in (1...max(line, 1)).reversed() {
            let words = source.line(number).split(separator: " ").prefix { !$0.hasPrefix("#") }
            if let last = words.last { return last.hasSuffix("[]") ? number : nil }
        }
        return nil
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
        return " (starting on line \(problem.contextMark.line + 1))"
    }

    /// What the character itself explains, or the line before.
    var fault: SpecFault? {
        if let key = keyWithoutSpace, problem.problem.hasPrefix("mapping values are not allowed") {
            return SpecFault(
                "yaml", "unexpected key after the previous line",
                hint: "add a space after the colon on line \(problem.mark.line): \(quoted(key))")
        }
        if let emptyList, problem.problem.hasPrefix("did not find expected key") {
            return SpecFault(
                "yaml", "unexpected list item below an empty list",
                hint: "remove the `[]` at the end of line \(emptyList)")
        }
        guard let scalar, problem.problem.hasPrefix("found character that cannot start any token") else { return nil }
        if scalar == "\t" { return SpecFault("yaml", "tab used for indentation", hint: "indent with spaces") }
        let name = scalar == "`" ? "a backtick" : "`\(scalar)`"
        return SpecFault("yaml", "a value cannot start with \(name)", hint: "quote the value")
    }

    var unknown: SpecFault {
        let context = problem.context.isEmpty ? "" : " \(problem.context)"
        return SpecFault("yaml", "invalid YAML: \(problem.problem)\(context)\(beginning)")
    }
}
