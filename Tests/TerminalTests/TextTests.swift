import Terminal
import Testing
import Words

@testable import AssetsCommand

@Suite("text")
struct TextTests {
    @Test(
        "what could command a terminal is shown escaped",
        arguments: [
            ("nlp/lexicon", "nlp/lexicon"),
            ("ünïcode 語 🦜", "ünïcode 語 🦜"),
            ("a\nb\rc\td", "a\\nb\\rc\\td"),
            ("\u{1B}[31mred\u{1B}[0m", "\\u{1B}[31mred\\u{1B}[0m"),
            ("\u{1B}]0;title\u{07}", "\\u{1B}]0;title\\u{7}"),
            ("\u{9B}2J\u{7F}\u{0}", "\\u{9B}2J\\u{7F}\\u{0}"),
            ("a\r\nb", "a\\r\\nb"),
            ("txt.\u{202E}gpj\u{2066}x\u{2028}", "txt.\\u{202E}gpj\\u{2066}x\\u{2028}"),
        ])
    func escaping(text: String, shown: String) {
        #expect(text.escapedForTerminal == shown)
    }

    @Test(
        "a text takes as many cells as a terminal gives it",
        arguments: [
            ("", 0), ("abc", 3), ("語彙", 4), ("e\u{301}", 1), ("🦜", 2), ("👩‍🔬", 2), ("❤", 1), ("❤️", 2), ("🇫🇷", 2),
            ("한국", 4), ("ａ", 2), ("…", 1), ("a\u{200B}b", 2), ("\u{1B}[31mred\u{1B}[0m", 3), ("ﾊ", 1),
        ])
    func width(text: String, cells: Int) {
        #expect(TextWidth.cells(text) == cells)
    }

    @Test(
        "a text that does not fit is cut",
        arguments: [
            ("nlp/lexicon:2.0", 15, "nlp/lexicon:2.0", "nlp/lexicon:2.0"),
            ("nlp/lexicon:2.0", 11, "nlp/lexico…", "nlp/l…n:2.0"),
            ("nlp/lexicon:2.0", 4, "nlp…", "n….0"),
            ("nlp/lexicon:2.0", 1, "…", "…"),
            ("nlp/lexicon:2.0", 0, "", ""),
            ("語彙語彙", 6, "語彙…", "語…彙"),
            ("語彙語彙", 5, "語彙…", "語…彙"),
        ])
    func truncation(text: String, limit: Int, end: String, middle: String) {
        #expect(TextWidth.truncatingEnd(text, to: limit) == end)
        #expect(TextWidth.truncatingMiddle(text, to: limit) == middle)
        #expect(TextWidth.cells(end) <= limit && TextWidth.cells(middle) <= limit)
    }

    @Test(
        "a text wraps at spaces, and inside a word that is too long",
        arguments: [
            ("a b c", 5, ["a b c"]),
            ("a b c", 3, ["a b", "c"]),
            ("see abcdefghij now", 4, ["see", "abcd", "efgh", "ij", "now"]),
            ("語彙 語彙", 5, ["語彙", "語彙"]),
            ("", 5, [""]),
        ])
    func wrapping(text: String, width: Int, lines: [String]) {
        #expect(TextWidth.wrapped(text, to: width) == lines)
    }

    @Test(
        "a first column is as wide as its texts, unless there is no room beside it",
        arguments: [(nil, 4), (18, 4), (17, 0), (1, 0)] as [(Int?, Int)])
    func firstColumn(width: Int?, column: Int) {
        #expect(TextWidth.firstColumn(["a", "語彙", "bc"], in: width) == column)
    }

    @Test(
        "sizes",
        arguments: [
            (-1, "0 B"), (0, "0 B"), (999, "999 B"), (1000, "1.0 kB"), (1049, "1.0 kB"), (1050, "1.1 kB"),
            (999_949, "999.9 kB"), (999_950, "1.0 MB"), (34_100_000, "34.1 MB"), (999_999_999, "1.0 GB"),
            (2_147_483_648, "2.1 GB"), (5_000_000_000_000, "5.0 TB"), (Int64.max, "9.2 EB"),
        ])
    func bytes(count: Int64, text: String) {
        #expect(Units.bytes(count) == text)
    }

    @Test(
        "times",
        arguments: [
            (-1, "0ms"), (0.04, "40ms"), (0.0994, "99ms"), (0.1, "0.1s"), (0.44, "0.4s"), (9.94, "9.9s"), (9.96, "10s"),
            (12, "12s"), (59.4, "59s"),
            (59.6, "1m 00s"), (185, "3m 05s"), (3599.7, "1h 00m"), (3720, "1h 02m"), (93_600, "26h 00m"),
            (.nan, "0ms"), (315_360_000, "87600h 00m"), (1e18, "87600h 00m"), (.infinity, "87600h 00m"),
        ])
    func durations(seconds: Double, text: String) {
        #expect(Units.duration(seconds) == text)
    }

    @Test(
        "a rate that cannot be is shown as one that can",
        arguments: [
            (12_300_000.4, "12.3 MB/s"), (-5, "0 B/s"), (.nan, "0 B/s"), (.infinity, "100.0 PB/s"),
        ])
    func rates(bytesPerSecond: Double, text: String) {
        #expect(Units.rate(bytesPerSecond) == text)
    }
}
