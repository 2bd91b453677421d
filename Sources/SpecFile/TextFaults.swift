import AssetModel

/// What keeps bytes from being text: they are not UTF-8, or hold characters that no one can see.
struct TextFaults {
    /// One a line, and no more than these: a file with so many is another kind of file.
    static let maximumCount = 20

    private(set) var diagnostics: [Diagnostic] = []
    private let source: SourceText

    var isEmpty: Bool { diagnostics.isEmpty }

    init(of source: SourceText) {
        self.source = source
        if let utf16 = utf16Mark {
            diagnostics = [utf16]
        } else if let offset = Self.firstInvalidByte(of: source.bytes) {
            diagnostics = [notUTF8(at: offset)]
        } else if Self.hasSuspects(source.bytes) {
            findInvisible()
        }
    }

    private var utf16Mark: Diagnostic? {
        guard source.bytes.starts(with: [0xFF, 0xFE]) || source.bytes.starts(with: [0xFE, 0xFF]) else { return nil }
        // Its lines are not to be shown: every second character is a NUL.
        let place = SourceExcerpt(location: source.location(.start), line: "", length: 1)
        return Diagnostic(
            code: "encoding", message: "the file is UTF-16", at: place, expected: "UTF-8",
            hint: "save the file as UTF-8")
    }

    private func notUTF8(at offset: Int) -> Diagnostic {
        let byte = "0x" + hexadecimal(UInt32(source.bytes[offset]), digits: 2)
        return diagnostic(
            "encoding", "the file is not UTF-8: byte \(byte) at offset \(offset)", at: source.span(ofByte: offset),
            "UTF-8", "save the file as UTF-8, not as Latin-1 or Windows-1252")
    }

    private static func firstInvalidByte(of bytes: [UInt8]) -> Int? {
        var parser = Unicode.UTF8.ForwardParser()
        var (iterator, offset) = (bytes.makeIterator(), 0)
        while true {
            switch parser.parseScalar(from: &iterator) {
            case .valid(let encoded): offset += encoded.count
            case .error: return offset
            case .emptyInput: return nil
            }
        }
    }

    /// A quick look for bytes that may belong to a refused character, so that a good file is decoded once.
    private static func hasSuspects(_ bytes: [UInt8]) -> Bool {
        bytes.contains {
            ($0 < 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09) || $0 == 0x7F || $0 == 0xC2 || $0 >= 0xE2
        }
    }

    private mutating func findInvisible() {
        for line in 1...source.lineCount {
            let scalars = source.line(line).unicodeScalars
            guard let index = scalars.firstIndex(where: isInvisible) else { continue }
            let column = scalars.distance(from: scalars.startIndex, to: index) + 1
            diagnostics.append(invisible(scalars[index], at: SourceSpan(line: line, column: column, length: 1)))
            if diagnostics.count == Self.maximumCount { return }
        }
    }

    private func invisible(_ scalar: Unicode.Scalar, at span: SourceSpan) -> Diagnostic {
        diagnostic(
            "control-character", "the file contains the character \(codePoint(scalar))", at: span,
            "text without control characters", "remove it; it may be invisible in an editor")
    }

    private func diagnostic(
        _ code: String, _ message: String, at span: SourceSpan, _ expected: String, _ hint: String
    ) -> Diagnostic {
        let excerpt = SourceExcerpt(location: source.location(span), line: source.line(span.line), length: span.length)
        return Diagnostic(code: code, message: message, at: excerpt, expected: expected, hint: hint)
    }
}

/// What YAML does not allow in a file (https://yaml.org/spec/1.2.2/#51-character-set), and the three characters that
/// libyaml takes for line ends and editors do not: a place in the file would mean two things.
private func isInvisible(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x09: false
    case ..<0x20, 0x7F...0x9F, 0x2028, 0x2029, 0xFEFF, 0xFFFE, 0xFFFF: true
    default: false
    }
}

/// `U+0000 (NUL)`
func codePoint(_ scalar: Unicode.Scalar) -> String {
    let code = "U+" + hexadecimal(scalar.value, digits: 4)
    let names: [UInt32: String] = [
        0x00: "NUL", 0x07: "bell", 0x08: "backspace", 0x09: "tab", 0x0A: "line feed", 0x0D: "carriage return",
        0x1B: "escape", 0x7F: "delete", 0x85: "next line", 0x2028: "line separator", 0x2029: "paragraph separator",
        0xFEFF: "byte order mark",
    ]
    return names[scalar.value].map { "\(code) (\($0))" } ?? code
}

func hexadecimal(_ number: UInt32, digits: Int) -> String {
    let text = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}
