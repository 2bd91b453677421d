import AssetModel

/// The text of a file that has been checked to be text: UTF-8, of a sane size, without control characters.
struct SourceText: Sendable {
    /// A file of 100,000 entries has about 10 MiB; what is larger is not a spec.
    static let maximumSpecSize = 16 << 20

    let file: String
    /// Without the byte order mark.
    let bytes: [UInt8]
    /// Of each line without its end. As libyaml counts lines: ended by LF, CR or CR LF.
    private let lines: [Range<Int>]

    /// - Parameter maximumSize: in bytes.
    init(_ bytes: [UInt8], file: String, maximumSize: Int = maximumSpecSize) throws(SpecReport) {
        self.file = file
        guard bytes.count <= maximumSize else { throw Self.tooLarge(bytes.count, maximumSize, file: file) }
        self.bytes = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? Array(bytes.dropFirst(3)) : bytes
        lines = Self.lines(of: self.bytes)
        let faults = TextFaults(of: self)
        guard faults.isEmpty else { throw SpecReport(faults.diagnostics) }
    }

    var lineCount: Int { lines.count }

    /// - Parameter line: From 1; one past the end is taken for the last.
    func line(_ line: Int) -> String {
        String(decoding: bytes[range(of: line)], as: UTF8.self)
    }

    /// In Unicode scalars.
    func length(ofLine line: Int) -> Int {
        bytes[range(of: line)].count { !isContinuation($0) }
    }

    func location(_ span: SourceSpan) -> SourceLocation {
        SourceLocation(file: file, line: min(span.line, lineCount), column: span.column)
    }

    /// The place of a byte.
    func span(ofByte offset: Int, length: Int = 1) -> SourceSpan {
        let index = lines.lastIndex { $0.lowerBound <= offset } ?? 0
        let before = bytes[lines[index].lowerBound..<min(offset, lines[index].upperBound)]
        return SourceSpan(line: index + 1, column: before.count { !isContinuation($0) } + 1, length: length)
    }

    /// The byte at a place; the end of the line where it is past it.
    func offset(of mark: YAMLMark) -> Int {
        guard mark.line < lines.count else { return bytes.count }
        var (offset, column) = (lines[mark.line].lowerBound, 0)
        while column < mark.column, offset < lines[mark.line].upperBound {
            offset += 1
            while offset < lines[mark.line].upperBound, isContinuation(bytes[offset]) { offset += 1 }
            column += 1
        }
        return offset
    }

    /// The bytes of the line that a byte is in, without the line's end.
    func lineRange(around offset: Int) -> Range<Int> { lines[lines.lastIndex { $0.lowerBound <= offset } ?? 0] }

    private func range(of line: Int) -> Range<Int> { lines[min(max(line, 1), lines.count) - 1] }

    private static func lines(of bytes: [UInt8]) -> [Range<Int>] {
        var (lines, start, index) = ([Range<Int>](), 0, 0)
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            guard byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") else { continue }
            lines.append(start..<index - 1)
            if byte == UInt8(ascii: "\r"), index < bytes.count, bytes[index] == UInt8(ascii: "\n") { index += 1 }
            start = index
        }
        lines.append(start..<bytes.count)
        return lines
    }

    private static func tooLarge(_ size: Int, _ maximumSize: Int, file: String) -> SpecReport {
        let place = SourceExcerpt(location: SourceLocation(file: file, line: 1, column: 1), line: "", length: 1)
        return SpecReport([
            SpecFault.fileTooLarge(size, limit: maximumSize).diagnostic(at: place)
        ])
    }
}

private func isContinuation(_ byte: UInt8) -> Bool { byte & 0b1100_0000 == 0b1000_0000 }

/// A stretch of one line: line and column from 1, columns and length in Unicode scalars.
struct SourceSpan: Hashable, Sendable {
    let line: Int
    let column: Int
    let length: Int

    static let start = SourceSpan(line: 1, column: 1, length: 1)
}
