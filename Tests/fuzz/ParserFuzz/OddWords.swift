/// What parsers have been found to stumble over.
enum OddWords {
    static let all: [[UInt8]] = (numbers + texts + syntax).map { Array($0.utf8) } + broken

    private static let numbers = [
        "0", "-0", "-1", "00", "1.5", "+1", "1e3", "1e30", "-1e30", "1e400", "inf", "-inf", "nan", "0x10", "2147483648",
        "4294967296", "9007199254740992", "9007199254740993", "4611686018427387904", "9223372036854775807",
        "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615",
        "18446744073709551616", "99999999999999999999999999999999999999999", "0001-01-01T00:00:00Z",
        "9999-12-31T23:59:60+99:99", "-9223372036854775808-01-01", "9223372036854775807-12-31T00:00:00Z",
        "1970-01-01T9223372036854775807:00:00Z", "2024-03-01T00:00:00+99:99",
    ]

    private static let texts = [
        "", " ", "\u{0}", "\u{1B}[31m", "\u{7F}", "\u{85}", "\u{202E}", "\u{2028}", "\u{FEFF}", "\u{301}", "\u{E31}",
        "\u{600}", "\u{338}", "\u{200D}", "é", "日本", "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F466}", "ﬀ", "İ", "ß", "..",
        ".",
        "/", "//", "../..", ".SUCCESS", "a/b", "latest", ">=1,<2", "*", "**", "[a-", "[", "]", "[[a]]",
        String(repeating: "a", count: 256), String(repeating: "9", count: 300), String(repeating: "a/", count: 600),
    ]

    private static let syntax = [
        "null", "true", "[]", "{}", "\"\"", "\"", "'", "\\", "\\u0000", "\\ud800", "\\", "{", "}", ":", ",", "=", ";",
        "#",
        "%", "%00", "%25", "%zz", "${A}", "${A:-", "$", "&", "*a", "&a ", "<<: ", "!!x ", "- ", "|\n", "---\n", "...\n",
        "\n",
        "\r", "\r\n", "\t", "<", ">", "</a>", "<a>", "&lt;", "&#0;", "&#x1F;", "<!DOCTYPE a>", "<![CDATA[", "]]>",
        "<?xml?>",
        "\n\n", ": ", "[x]", "@", "?", "!", "~", "^", "|",
    ]

    private static let broken: [[UInt8]] = [
        [0xFF], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x82], [0xEF, 0xBB, 0xBF],
        [0xFF, 0xFE],
        [0x1F, 0x8B],
    ]

    /// Brackets within brackets, alone and in the place of each document's end.
    static func nested(in documents: [[UInt8]]) -> [[UInt8]] {
        let pieces = [
            "[", "{\"a\":", "<a>", "- ", "{a: ", "[[", "(", "\"", "\\", "${A:-", "&a [", "\n ", "a:\n", "%", ",",
        ]
        var inputs: [[UInt8]] = [[]]
        for piece in pieces.map({ Array($0.utf8) }) {
            for count in [64, 65, 511, 512, 513, 20_000] {
                inputs.append(Array(Array(repeating: piece, count: count).joined()))
            }
        }
        for document in documents {
            for open in ["[", "{\"a\":", "<a>", "(", "- "].map({ Array($0.utf8) }) {
                let nest = Array(Array(repeating: open, count: 600).joined())
                for byte in [UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: ">"), UInt8(ascii: "\n")] {
                    guard let place = document.firstIndex(of: byte) else { continue }
                    inputs.append(document[...place] + nest + document[(place + 1)...])
                }
            }
        }
        return inputs
    }
}
