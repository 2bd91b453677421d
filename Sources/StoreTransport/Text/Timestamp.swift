internal import AssetModel

/// ISO 8601 as Amazon's services and tools write it: `2026-11-23T12:00:00Z`, with fractions, with `UTC` or an offset in
/// place of `Z`.
package enum Timestamp {
    /// In seconds since 1970; nil where the text is no such date.
    package static func seconds(_ text: String) -> Double? {
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
    ///
    /// - Parameter seconds: since 1970.
    package static func text(_ seconds: Double) -> String { text(seconds, date: "-", time: ":") }

    /// The same without what parts the numbers, as signatures have it: `20261123T120000Z`
    package static func basic(_ seconds: Double) -> String { text(seconds, date: "", time: "") }

    private static func text(_ seconds: Double, date: String, time: String) -> String {
        // A server may answer any number: what is no date of four digits is the nearest one.
        let seconds = seconds > 0 ? min(seconds, latest) : 0
        let (days, second) = Int(seconds.rounded(.down)).quotientAndRemainder(dividingBy: 86_400)
        let (year, month, day) = CalendarDays.date(since1970: days)
        let dates = [padded(year, 4), padded(month, 2), padded(day, 2)]
        let times = [second / 3600, second / 60 % 60, second % 60].map { padded($0, 2) }
        return "\(dates.joined(separator: date))T\(times.joined(separator: time))Z"
    }

    /// The end of the year 9999.
    private static let latest = 253_402_300_799.0

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
