internal import AssetModel

/// Dates in HTTP's headers: `Sun, 06 Nov 1994 08:49:37 GMT`.
/// Source: <https://www.rfc-editor.org/rfc/rfc9110#name-date-time-formats>; the two obsolete forms are not read.
/// FoundationEssentials of Swift 6.3 has no format for them.
package enum HTTPDate {
    /// In seconds since 1970; nil where the text is no such date.
    package static func seconds(_ text: String) -> Double? {
        let fields = text.split(whereSeparator: { " ,:".contains($0) }).map(String.init)
        guard fields.count == 8, fields[7] == "GMT", let day = Int(fields[1]),
            let month = months.firstIndex(of: fields[2]), let year = Int(fields[3]), let hour = Int(fields[4]),
            let minute = Int(fields[5]), let second = Int(fields[6]), (0...9999).contains(year), (1...31).contains(day),
            (0...23).contains(hour), (0...59).contains(minute), (0...60).contains(second)
        else { return nil }
        return Double(CalendarDays.since1970(year: year, month: month + 1, day: day) * 86_400)
            + Double(hour * 3600 + minute * 60 + second)
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
}
