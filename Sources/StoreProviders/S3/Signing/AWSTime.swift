/// Points of time as signatures write them.
enum AWSTime {
    /// `20130524T000000Z`
    ///
    /// - Parameter seconds: since 1970.
    static func basic(_ seconds: Double) -> String {
        let (days, second) = Int(seconds.rounded(.down)).quotientAndRemainder(dividingBy: 86_400)
        let (year, month, day) = CalendarDays.date(since1970: days)
        return padded(year, 4) + padded(month, 2) + padded(day, 2) + "T" + padded(second / 3600, 2)
            + padded(second / 60 % 60, 2) + padded(second % 60, 2) + "Z"
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
