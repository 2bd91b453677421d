// The words for bytes that are no text.

extension SpecFault {
    static let utf16 = SpecFault("encoding", "the file is UTF-16", expected: "UTF-8", hint: "save the file as UTF-8")

    static func notUTF8(_ byte: UInt8, at offset: Int) -> SpecFault {
        SpecFault(
            "encoding", "the file is not UTF-8: byte 0x\(hexadecimal(UInt32(byte), digits: 2)) at offset \(offset)",
            expected: "UTF-8", hint: "save the file as UTF-8, not as Latin-1 or Windows-1252")
    }

    static func invisible(_ scalar: Unicode.Scalar) -> SpecFault {
        SpecFault(
            "control-character", "the file contains the character \(codePoint(scalar))",
            expected: "text without control characters", hint: "remove it; it may be invisible in an editor")
    }

    static func fileTooLarge(_ size: Int, limit: Int) -> SpecFault {
        SpecFault(
            "too-large", "the file is too large: \(size) bytes",
            expected: "at most \(limit) bytes (\(limit >> 20) MiB)",
            hint: "check that this is the intended file, or split it")
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
