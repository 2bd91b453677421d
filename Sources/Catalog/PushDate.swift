/// Reads the `push_date` of a `.meta`: ISO 8601 as Python's `datetime.isoformat` writes it, such as
/// `2024-03-01T12:30:00.123456+00:00`; a date and time without an offset is taken for UTC.
enum PushDate {
    /// Whole seconds since 1970; nil where the text is no such date.
    static func seconds(_ text: String) -> Int64? {
        var scanner = Scanner(rest: Array(text.utf8)[...])
        guard let year = scanner.number(4), scanner.take("-"), let month = scanner.number(2), scanner.take("-"),
            let day = scanner.number(2), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var seconds = daysSince1970(year: year, month: month, day: day) * 86_400
        if scanner.isAtEnd { return seconds }
        guard scanner.take("T") || scanner.take(" "), let hour = scanner.number(2), scanner.take(":"),
            let minute = scanner.number(2), hour < 24, minute < 60
        else { return nil }
        seconds += hour * 3600 + minute * 60
        if scanner.take(":") {
            guard let second = scanner.number(2), second < 61 else { return nil }
            seconds += second
            if scanner.take(".") || scanner.take(",") { scanner.skipDigits() }
        }
        guard let offset = offset(&scanner), scanner.isAtEnd else { return nil }
        return seconds - offset
    }

    /// Seconds east of UTC.
    private static func offset(_ scanner: inout Scanner) -> Int64? {
        if scanner.isAtEnd || scanner.take("Z") { return 0 }
        let sign: Int64 = scanner.take("-") ? -1 : 1
        guard sign < 0 || scanner.take("+"), let hours = scanner.number(2) else { return nil }
        _ = scanner.take(":")
        let minutes = scanner.isAtEnd ? 0 : scanner.number(2)
        return minutes.map { sign * (hours * 3600 + $0 * 60) }
    }

    /// The days from 1970-01-01 in the proleptic Gregorian calendar.
    /// Source: Howard Hinnant, <https://howardhinnant.github.io/date_algorithms.html#days_from_civil>
    private static func daysSince1970(year: Int64, month: Int64, day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

private struct Scanner {
    var rest: ArraySlice<UInt8>

    var isAtEnd: Bool { rest.isEmpty }

    mutating func number(_ digits: Int) -> Int64? {
        guard rest.count >= digits else { return nil }
        let text = rest.prefix(digits)
        guard text.allSatisfy({ (48...57).contains($0) }) else { return nil }
        rest = rest.dropFirst(digits)
        return text.reduce(0) { $0 * 10 + Int64($1 - 48) }
    }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard let first = rest.first, UInt32(first) == character.value else { return false }
        rest = rest.dropFirst()
        return true
    }

    mutating func skipDigits() { rest = rest.drop { (48...57).contains($0) } }
}
