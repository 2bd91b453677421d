internal import Terminal

/// The argument parser's help, laid out as people know it from cargo: usage and commands first, examples last, and defaults and
/// values in brackets beside the variables.
struct HelpText: Sendable {
    /// So wide that the parser breaks no line.
    static let unwrapped = 100_000

    private struct Section {
        var title: String
        /// What an entry is called, and what it is for.
        var entries: [(label: String, text: String)] = []

        var rank: Int {
            title.lowercased().hasSuffix("commands:") ? 0 : ["Arguments:", "Options:"].contains(title) ? 1 : 2
        }
    }

    /// The text before the usage: what the command does, remarks, and paragraphs that begin with a title in capitals.
    private let overview: [String]
    private let usage: String
    /// Commands first, then arguments and options of the command's own, then those that commands share.
    private var sections: [Section] = []
    private var hasCommands = false

    /// - Parameter raw: of `unwrapped` columns.
    /// - Returns: nil where it is no help.
    init?(_ raw: String) {
        let (start, usage) = ("OVERVIEW: ", "\n\nUSAGE: ")
        guard raw.hasPrefix(start), let (head, tail) = raw.cut(at: usage) else { return nil }
        overview = Self.paragraphs(String(head.dropFirst(start.count)))
        var blocks = Self.paragraphs(tail)
        self.usage = Self.shortened(usage: blocks.removeFirst())
        for block in blocks {
            // How to get help for a command.
            if block.hasPrefix("  See ") { hasCommands = true } else { sections.append(Self.section(block)) }
        }
        sections = [0, 1, 2].flatMap { rank in sections.filter { $0.rank == rank } }
    }

    func rendered(width: Int) -> String {
        let remarks = overview.filter { !Self.isTitled($0) }.map { TextWidth.wrapped($0, to: width) }
        let last = overview.filter(Self.isTitled).map { $0.split(separator: "\n").map(String.init) }
        let blocks =
            remarks + [TextWidth.wrapped("Usage: \(usage)", to: width)]
            + sections.map { Self.lines($0, width: width) }
            + last.map { [Self.title($0[0]) + ":"] + $0.dropFirst() } + (hasCommands ? [[Self.footer]] : [])
        return blocks.map { $0.joined(separator: "\n") }.joined(separator: "\n\n")
    }

    private static let footer = "See `modelkit-assets help <command>` for the options of a command"

    /// With `[<options>]` after the command in the place of all options, none of which is required.
    static func shortened(usage: String) -> String {
        var (names, arguments): ([Substring], [Substring]) = ([], [])
        var (hasOptions, isOption) = (false, false)
        for word in usage.split(separator: " ") {
            let isAll = word == "<options>" || word == "[<options>]"
            isOption = isOption || isAll || word.hasPrefix("[-")
            if isOption {
                hasOptions = true
            } else if arguments.isEmpty, !word.hasPrefix("<"), !word.hasPrefix("[") {
                names.append(word)
            } else {
                arguments.append(word == "<subcommand>" ? "<command>" : word)
            }
            if isAll || word.hasSuffix("]") { isOption = false }
        }
        return (names + (hasOptions ? ["[<options>]"] : []) + arguments).joined(separator: " ")
    }

    // MARK: Reading

    private static func paragraphs(_ text: String) -> [String] {
        var paragraphs: [String] = []
        var rest = text
        while let (head, tail) = rest.cut(at: "\n\n") {
            paragraphs.append(head)
            rest = tail
        }
        return (paragraphs + [rest]).map { String($0.drop { $0 == "\n" }) }.filter { !$0.isEmpty }
    }

    private static func isTitled(_ paragraph: String) -> Bool {
        paragraph.prefix { $0 != "\n" }.allSatisfy { $0.isUppercase || $0 == " " }
    }

    /// The column at which the parser's entries say what they are for, unless their names are longer.
    private static let column = 26

    private static func section(_ block: String) -> Section {
        var lines = block.split(separator: "\n")[...]
        var section = Section(title: title(lines.removeFirst()))
        for line in lines {
            let label = line.prefix(column)
            if label.allSatisfy({ $0 == " " }), !section.entries.isEmpty {
                section.entries[section.entries.count - 1].text = bracketed(String(line.dropFirst(column)))
            } else if label.last == " " {
                section.entries.append((String(label).trimmed, bracketed(String(line.dropFirst(column)))))
            } else {
                section.entries.append((String(line).trimmed, ""))
            }
        }
        return section
    }

    /// `PUBLISHING SUBCOMMANDS:` as `Publishing commands:`.
    private static func title(_ capitals: some StringProtocol) -> String {
        let words = capitals.lowercased()
        let title = words.cut(at: "subcommands").map { "\($0)commands\($1)" } ?? words
        return title.prefix(1).uppercased() + title.dropFirst()
    }

    /// `(values: a, b; default: a)` at the end as `[default: a] [possible values: a, b]`.
    private static func bracketed(_ text: String) -> String {
        // The parser's own words for its own option.
        if text == "Show help information." { return "Print help" }
        if let (head, values) = text.cut(at: "(values: ") {
            let list = String(values.dropLast())
            let (all, fallback) = list.cut(at: "; default: ").map { ($0, "[default: \($1)] ") } ?? (list, "")
            return "\(head)\(fallback)[possible values: \(all)]"
        }
        return text.cut(at: "(default: ").map { "\($0)[default: \($1.dropLast())]" } ?? text
    }

    // MARK: Writing

    private static let hold: Character = "\u{A0}"

    /// With no break between what a bracket is about and its first value.
    private static func held(_ text: String) -> String {
        var (held, isHolding, last) = ("", false, Character(" "))
        for character in text {
            if character == "[" { isHolding = true } else if character == "]" { isHolding = false }
            held.append(isHolding && character == " " ? hold : character)
            if character == " ", last == ":" { isHolding = false }
            last = character
        }
        return held
    }

    /// In cells. Narrower, sentences cannot be read.
    private static let leastText = 24

    private static func lines(_ section: Section, width: Int) -> [String] {
        let widest = min(column, (section.entries.map { TextWidth.cells($0.label) }.max() ?? 0) + 4)
        // In a window with no room for two columns, what is said of a name stands below it.
        let indent = width - widest < leastText ? 6 : widest
        var lines = [section.title]
        for entry in section.entries {
            var texts = TextWidth.wrapped(held(entry.text), to: width - indent).map {
                String($0.map { $0 == hold ? " " : $0 })
            }
            let label = "  " + entry.label
            let fits = TextWidth.cells(label) + 2 <= indent
            lines.append(fits ? TextWidth.padded(label, to: indent) + texts.removeFirst() : label)
            lines += texts.map { TextWidth.spaces(indent) + $0 }
        }
        return lines
    }
}

extension String {
    /// What stands before and after the first place of some words; nil where they are not in it.
    func cut(at words: String) -> (head: String, tail: String)? {
        let (text, words) = (Array(utf8), Array(words.utf8))
        for start in text.indices.dropLast(words.count - 1) where text[start] == words[0] {
            let end = start + words.count
            if text[start..<end].elementsEqual(words) {
                return (String(decoding: text[..<start], as: UTF8.self), String(decoding: text[end...], as: UTF8.self))
            }
        }
        return nil
    }

    fileprivate var trimmed: String {
        String(drop { $0 == " " }.reversed().drop { " \n".contains($0) }.reversed())
    }
}
