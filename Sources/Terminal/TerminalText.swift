extension String {
    /// The text for a terminal or a log: one line, in which nothing moves the cursor, changes a colour or turns the
    /// direction of what follows.
    ///
    /// Paths, names and servers' messages come from outside and may hold anything. What is shown otherwise than it is:
    ///
    /// | in the text | shown |
    /// | --- | --- |
    /// | line feed, carriage return, tabulator | `\n`, `\r`, `\t` |
    /// | other C0 and C1 control characters, DEL (an escape sequence begins with one) | `\u{1B}` |
    /// | line and paragraph separators, bidirectional embeddings, overrides and isolates | `\u{202E}` |
    package var escapedForTerminal: String {
        guard unicodeScalars.contains(where: needsEscape) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            if needsEscape(scalar) { text += escape(of: scalar) } else { text.unicodeScalars.append(scalar) }
        }
        return text
    }
}

private func needsEscape(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0..<0x20, 0x7F..<0xA0: true
    case 0x200E, 0x200F, 0x061C, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
}

private func escape(of scalar: Unicode.Scalar) -> String {
    switch scalar {
    case "\n": "\\n"
    case "\r": "\\r"
    case "\t": "\\t"
    default: "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    }
}
