/// The `push_date` of a `.meta`: ISO 8601 as Python's `datetime.isoformat` writes it, such as
/// `2024-03-01T12:30:00.123456+00:00`; a date and time without an offset is taken for UTC.
package enum PushDate {
    /// Whole seconds since 1970; nil where the text is no such date.
    package static func seconds(_ text: String) -> Int64? {
        var scanner = Scanner(rest: Array(text.utf8)[...])
        guard let year = scanner.number(4), scanner.take("-"), let month = scanner.number(2), scanner.take("-"),
            let day = scanner.number(2), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var seconds = Int64(CalendarDays.since1970(year: Int(year), month: Int(month), day: Int(day))) * 86_400
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

    /// `2024-03-01T12:30:00Z`
    ///
    /// - Parameter seconds: since 1970.
    package static func text(_ seconds: Int64) -> String {
        let (quotient, remainder) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let days = remainder < 0 ? quotient - 1 : quotient
        let second = Int(remainder < 0 ? remainder + 86_400 : remainder)
        let (year, month, day) = CalendarDays.date(since1970: Int(days))
        let date = [padded(year, 4), padded(month, 2), padded(day, 2)].joined(separator: "-")
        let time = [second / 3600, second / 60 % 60, second % 60].map { padded($0, 2) }.joined(separator: ":")
        return "\(date)T\(time)Z"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
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
