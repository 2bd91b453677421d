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
        return SpecFault.utf16.diagnostic(at: place)
    }

    private func notUTF8(at offset: Int) -> Diagnostic {
        diagnostic(.notUTF8(source.bytes[offset], at: offset), at: source.span(ofByte: offset))
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
        diagnostic(.invisible(scalar), at: span)
    }

    private func diagnostic(_ fault: SpecFault, at span: SourceSpan) -> Diagnostic {
        let excerpt = SourceExcerpt(location: source.location(span), line: source.line(span.line), length: span.length)
        return fault.diagnostic(at: excerpt)
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

func hexadecimal(_ number: UInt32, digits: Int) -> String {
    let text = String(number, radix: 16, uppercase: true)
    return String(repeating: "0", count: max(0, digits - text.count)) + text
}
