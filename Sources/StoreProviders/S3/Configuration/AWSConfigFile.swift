internal import AssetModel
internal import StoreTransport

/// One of the files below `~/.aws`, as Python's `RawConfigParser` and botocore's `configloader.py` read it.
///
/// - A comment is a line whose first character that is no blank is `#` or `;`. What follows a value belongs to it.
/// - `key = value` or `key: value`; keys are trimmed and in lower case, section names are kept as they are.
/// - A line that is indented deeper than the key before it continues its value. Where that value is empty, such lines are
///   a block of `key = value`.
/// - Sections and keys stand once; content before the first section is a fault, and so is a line without a delimiter.
/// - `[DEFAULT]`, which may stand again, is what every section has that does not say otherwise.
struct AWSConfigFile {
    /// By the name between the brackets.
    private(set) var sections: [(name: String, section: AWSSection)] = []

    private let file: String
    private var defaults = AWSSection()
    private var current: String?
    private var values: [String: Pending] = [:]
    private var lastKey: String?
    /// Of the last line that continued nothing.
    private var indent = 0

    private struct Pending {
        var lines: [(text: String, line: Int)]
        let line: Int
    }

    init(_ text: String, file: String) throws(ConfigurationFault) {
        self.file = file
        var number = 0
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: Self.isLineEnd) {
            number += 1
            try take(String(line), number)
        }
        try endSection()
        sections = sections.map { ($0.name, defaults.overlaid(by: $0.section)) }
    }

    /// Not what Unicode calls a newline beside these.
    private static func isLineEnd(_ character: Character) -> Bool { ["\n", "\r", "\r\n"].contains(character) }

    private mutating func take(_ line: String, _ number: Int) throws(ConfigurationFault) {
        let trimmed = line.trimmed
        guard let first = trimmed.first, first != "#", first != ";" else { return }
        let indent = line.prefix(while: \.isWhitespace).count
        if let lastKey, indent > self.indent {
            values[lastKey]?.lines.append((trimmed, number))
            return
        }
        self.indent = indent
        let start = trimmed.index(after: trimmed.startIndex)
        if first == "[", let end = trimmed.lastIndex(of: "]"), end > start {
            try begin(String(trimmed[start..<end]), number)
        } else {
            try take(pair: trimmed, number)
        }
    }

    private mutating func begin(_ name: String, _ number: Int) throws(ConfigurationFault) {
        try endSection()
        guard !sections.contains(where: { $0.name == name }) else {
            throw fault(number, .duplicateSection(name))
        }
        current = name
    }

    private mutating func take(pair: String, _ number: Int) throws(ConfigurationFault) {
        guard current != nil else { throw fault(number, .textBeforeSection) }
        guard let delimiter = pair.firstIndex(where: { $0 == "=" || $0 == ":" }) else {
            throw fault(number, .noDelimiter)
        }
        let key = String(pair[..<delimiter]).trimmed.lowercased()
        guard !key.isEmpty else { throw fault(number, .noKey) }
        let isKnown = values[key] != nil || current == "DEFAULT" && defaults.values[key] != nil
        guard !isKnown else { throw fault(number, .duplicateKey(key)) }
        values[key] = Pending(lines: [(String(pair[pair.index(after: delimiter)...]).trimmed, number)], line: number)
        lastKey = key
    }

    private mutating func endSection() throws(ConfigurationFault) {
        defer { (values, lastKey) = ([:], nil) }
        guard let current else { return }
        var section = AWSSection()
        for (key, pending) in values { section.values[key] = try value(pending) }
        if current == "DEFAULT" {
            defaults = defaults.overlaid(by: section)
        } else {
            sections.append((current, section))
        }
    }

    private func value(_ pending: Pending) throws(ConfigurationFault) -> Setting<AWSValue> {
        let lines = pending.lines
        guard lines.count > 1, lines[0].text.isEmpty else {
            let text = lines.map(\.text).joined(separator: "\n").trimmed
            return Setting(.text(text), from: place(pending.line))
        }
        var block: [String: Setting<String>] = [:]
        for (text, line) in lines.dropFirst() {
            guard let equals = text.firstIndex(of: "=") else {
                throw fault(line, .noDelimiterInBlock)
            }
            let value = String(text[text.index(after: equals)...]).trimmed
            block[String(text[..<equals]).trimmed] = Setting(value, from: place(line))
        }
        return Setting(.block(block), from: place(pending.line))
    }

    private func place(_ line: Int) -> Provenance { .file(SourceLocation(file: file, line: line, column: 1)) }

    private func fault(_ line: Int, _ fault: AWSConfigFault) -> ConfigurationFault {
        ConfigurationFault(S3SettingFault.file(fault), place: place(line))
    }
}
