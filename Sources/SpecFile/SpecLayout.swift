import AssetModel

/// How the list of `assets:` is laid out, and its text with one thing changed.
///
/// | written as | added | removed |
/// |---|---|---|
/// | `[]` | a list of lines below the key | |
/// | lines with dashes | a line after the last entry's | the entry's lines; `[]` for the last one |
/// | in brackets | after a comma | with its comma |
///
/// Comments stay: those on an entry's own lines go with it. Nil comes back where a layout has no place to edit.
struct SpecLayout {
    private let source: SourceText
    private let key: YAMLOutline
    private let list: YAMLOutline
    let items: [YAMLOutline]

    init?(of source: SourceText) {
        guard let pair = YAMLOutline(of: source)?["assets"], case .sequence(let items) = pair.value.content else {
            return nil
        }
        self.source = source
        key = pair.key
        list = pair.value
        self.items = items
    }

    // MARK: Edits

    func add(_ entry: NewEntry) -> [UInt8]? {
        if list.isDelimited, items.isEmpty { return addToNothing(entry) }
        guard let last = items.last else { return nil }
        if list.isDelimited {
            return replacing(last.range.upperBound..<last.range.upperBound, with: ", " + YAMLText.inBrackets(entry))
        }
        let end = lineEnd(of: last)
        return replacing(end..<end, with: newline + YAMLText.lines(entry, indent: dashIndent, newline: newline))
    }

    func change(_ entry: NewEntry, at index: Int) -> [UInt8]? {
        let item = items[index]
        switch item.content {
        case .scalar: return rewrite(item, as: entry)
        // Only a specification string names a part.
        case .mapping where entry.specification.subPart != nil: return nil
        case .mapping: return setVersion(of: item, to: entry.specification.requirement)
        case .sequence, .alias: return nil
        }
    }

    func remove(at index: Int) -> [UInt8]? {
        list.isDelimited ? removeInBrackets(at: index) : removeLines(at: index)
    }

    // MARK: Lists of lines

    private func addToNothing(_ entry: NewEntry) -> [UInt8]? {
        let line = source.lineRange(around: list.range.upperBound)
        guard list.range.lowerBound >= line.lowerBound else { return nil }
        let rest = source.bytes[list.range.upperBound..<line.upperBound]
        let start = rest.isEmpty ? spacesBefore(list.range.lowerBound) : list.range.lowerBound
        let text = YAMLText.lines(entry, indent: "  ", newline: newline)
        return Array(
            [source.bytes[..<start], rest, pieceOf(newline), pieceOf(text), source.bytes[line.upperBound...]].joined())
    }

    private func removeLines(at index: Int) -> [UInt8]? {
        guard let dash = dash(of: items[index]) else { return nil }
        let first = source.lineRange(around: dash).lowerBound
        let last = lineEnd(of: items[index])
        guard items.count == 1 else { return replacing(first..<afterLineEnd(last), with: "") }
        guard let colon = source.bytes[key.range.upperBound...].firstIndex(of: UInt8(ascii: ":")), colon < first else {
            return nil
        }
        let kept = [source.bytes[(colon + 1)..<first], source.bytes[afterLineEnd(last)...]]
        return Array(([source.bytes[...colon], pieceOf(" []")] + kept).joined())
    }

    /// Where the dash of an item of a list without brackets is.
    private func dash(of item: YAMLOutline) -> Int? {
        guard let dash = source.bytes[..<item.range.lowerBound].lastIndex(where: { !" \t\r\n".utf8.contains($0) }),
            source.bytes[dash] == UInt8(ascii: "-"),
            source.lineRange(around: dash).lowerBound + dashIndent.utf8.count == dash
        else { return nil }
        return dash
    }

    /// What stands before the dashes.
    private var dashIndent: String {
        let line = source.lineRange(around: list.range.lowerBound)
        return String(decoding: source.bytes[line.lowerBound..<list.range.lowerBound], as: UTF8.self)
    }

    /// The end of the line that an item ends in. A text of several lines may end where the line after it begins.
    private func lineEnd(of item: YAMLOutline) -> Int {
        let end = item.range.upperBound
        let last = end > item.range.lowerBound && source.lineRange(around: end).lowerBound == end ? end - 1 : end
        return source.lineRange(around: last).upperBound
    }

    private func afterLineEnd(_ end: Int) -> Int {
        source.bytes[end...].starts(with: "\r\n".utf8) ? end + 2 : min(end + 1, source.bytes.count)
    }

    // MARK: Lists in brackets

    private func removeInBrackets(at index: Int) -> [UInt8]? {
        let item = items[index]
        if index + 1 < items.count {
            return replacing(item.range.lowerBound..<items[index + 1].range.lowerBound, with: "")
        }
        let start = index > 0 ? items[index - 1].range.upperBound : item.range.lowerBound
        return replacing(start..<item.range.upperBound, with: "")
    }

    // MARK: Requirements

    private func rewrite(_ item: YAMLOutline, as entry: NewEntry) -> [UInt8]? {
        if list.isDelimited { return replacing(item.range, with: YAMLText.inBrackets(entry)) }
        if entry.isShort { return replacing(item.range, with: YAMLText.scalar("\(entry.specification)")) }
        guard entry.specification.subPart == nil else { return nil }
        return replacing(item.range, with: YAMLText.fields(of: entry).joined(separator: newline + indent(of: item)))
    }

    private func setVersion(of item: YAMLOutline, to requirement: VersionRequirement) -> [UInt8]? {
        let version = YAMLText.version(requirement)
        if let value = item["version"]?.value {
            guard value.text != nil, !value.range.isEmpty else { return nil }
            return replacing(value.range, with: version)
        }
        guard let name = item["name"] else { return nil }
        let end = name.value.range.upperBound
        if item.isDelimited { return replacing(end..<end, with: ", version: \(version)") }
        let line = source.lineRange(around: end).upperBound
        return replacing(line..<line, with: newline + indent(of: item) + "version: \(version)")
    }

    /// As much as stands before an item on its line.
    private func indent(of item: YAMLOutline) -> String {
        String(
            repeating: " ", count: item.range.lowerBound - source.lineRange(around: item.range.lowerBound).lowerBound)
    }

    // MARK: Text

    private var newline: String {
        let end = source.lineRange(around: 0).upperBound
        return source.bytes[end...].starts(with: "\r\n".utf8) ? "\r\n" : "\n"
    }

    private func spacesBefore(_ offset: Int) -> Int {
        (source.bytes[..<offset].lastIndex { $0 != UInt8(ascii: " ") } ?? -1) + 1
    }

    private func pieceOf(_ text: String) -> ArraySlice<UInt8> { Array(text.utf8)[...] }

    private func replacing(_ range: Range<Int>, with text: String) -> [UInt8] {
        Array([source.bytes[..<range.lowerBound], pieceOf(text), source.bytes[range.upperBound...]].joined())
    }
}

/// Entries as YAML.
enum YAMLText {
    /// An entry of a list of lines, without the last newline.
    static func lines(_ entry: NewEntry, indent: String, newline: String) -> String {
        guard !entry.isShort else { return "\(indent)- \(scalar("\(entry.specification)"))" }
        return "\(indent)- " + fields(of: entry).joined(separator: "\(newline)\(indent)  ")
    }

    static func inBrackets(_ entry: NewEntry) -> String {
        guard !entry.isShort else { return scalar("\(entry.specification)", inBrackets: true) }
        return "{\(fields(of: entry, inBrackets: true).joined(separator: ", "))}"
    }

    static func fields(of entry: NewEntry, inBrackets: Bool = false) -> [String] {
        var fields = ["name: \(scalar(entry.specification.name.text, inBrackets: inBrackets))"]
        if entry.specification.requirement != .latest {
            fields.append("version: \(version(entry.specification.requirement))")
        }
        if !entry.groups.isEmpty {
            fields.append("groups: [\(entry.groups.map { scalar($0, inBrackets: true) }.joined(separator: ", "))]")
        }
        return fields
    }

    /// The value of `version:`, in quotes: without them 1.10 is the number 1.1 to whatever else reads the file.
    static func version(_ requirement: VersionRequirement) -> String { quoted(requirement.description) }

    /// A text, in quotes unless it is plainly one; `$` is doubled, as it begins a variable in a spec.
    static func scalar(_ text: String, inBrackets: Bool = false) -> String {
        let text = text.split(separator: "$", omittingEmptySubsequences: false).joined(separator: "$$")
        let isPlain =
            text.utf8.first.map { isWord($0) } == true && text.utf8.last != UInt8(ascii: ":")
            && !["null", "Null", "NULL"].contains(text)
            && text.utf8.allSatisfy {
                isWord($0) || "_./:-$".utf8.contains($0) || !inBrackets && "[]".utf8.contains($0)
            }
        return isPlain ? text : quoted(text)
    }

    private static func quoted(_ text: String) -> String {
        let escaped = text.split(separator: "\\", omittingEmptySubsequences: false).joined(separator: "\\\\")
        return "\"" + escaped.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\\\"") + "\""
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
