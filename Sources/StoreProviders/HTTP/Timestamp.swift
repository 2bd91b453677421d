/// ISO 8601 as Amazon's services and tools write it: `2026-11-23T12:00:00Z`, with fractions, with `UTC` or an offset in
/// place of `Z`.
enum Timestamp {
    /// In seconds since 1970; nil where the text is no such date.
    static func seconds(_ text: String) -> Double? {
        let date = text.prefix(10).split(separator: "-").compactMap { Int($0) }
        let rest = text.dropFirst(11)
        let time = rest.prefix(8).split(separator: ":").compactMap { Int($0) }
        guard date.count == 3, time.count == 3, (1...12).contains(date[1]), (1...31).contains(date[2]) else {
            return nil
        }
        let days = CalendarDays.since1970(year: date[0], month: date[1], day: date[2])
        let zone = rest.dropFirst(8).drop { $0 == "." || $0.isNumber }
        guard let offset = offset(zone) else { return nil }
        return Double(days * 86_400 + time[0] * 3600 + time[1] * 60 + time[2] - offset)
    }

    /// Seconds east of UTC.
    private static func offset(_ zone: Substring) -> Int? {
        if ["", "Z", "UTC"].contains(zone) { return 0 }
        let digits = zone.dropFirst().filter { $0 != ":" }
        guard let sign = zone.first, sign == "+" || sign == "-", digits.count == 4, let number = Int(digits) else {
            return nil
        }
        let seconds = (number / 100 * 60 + number % 100) * 60
        return sign == "-" ? -seconds : seconds
    }
}

extension Timestamp {
    /// `2026-11-23T12:00:00Z`
    static func text(_ seconds: Double) -> String {
        let basic = Array(AWSTime.basic(seconds).utf8)
        func digits(_ range: Range<Int>) -> String { String(decoding: basic[range], as: UTF8.self) }
        return
            "\(digits(0..<4))-\(digits(4..<6))-\(digits(6..<8))T\(digits(9..<11)):\(digits(11..<13)):\(digits(13..<15))Z"
    }
}
