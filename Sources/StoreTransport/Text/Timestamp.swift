internal import FoundationEssentials

/// ISO 8601 as Amazon's services and tools write it: `2026-11-23T12:00:00Z`, with fractions, with `UTC`, an offset or nothing
/// in place of `Z`.
package enum Timestamp {
    /// In whole seconds since 1970; nil where the text is no such date.
    package static func seconds(_ text: String) -> Double? {
        var date = Array(text.utf8.prefix(19))
        guard date.count == 19, date[10] == UInt8(ascii: "T") || date[10] == UInt8(ascii: " ") else { return nil }
        date[10] = UInt8(ascii: "T")
        // Foundation reads numbers of any length, and what follows them.
        guard zip(date, layout).allSatisfy({ $1 == UInt8(ascii: "0") ? isDigit($0) : $0 == $1 }) else { return nil }
        let zone = text.utf8.dropFirst(19).drop { $0 == UInt8(ascii: ".") || isDigit($0) }
        guard isZone(Substring(zone)) else { return nil }
        let whole = String(decoding: date, as: UTF8.self) + (zone.isEmpty ? "Z" : String(Substring(zone)))
        return (try? Date(whole, strategy: Date.ISO8601FormatStyle()))?.timeIntervalSince1970
    }

    /// `+02:00`, `-0530`, and UTC's names.
    private static func isZone(_ text: Substring) -> Bool {
        if ["", "Z", "UTC"].contains(text) { return true }
        let digits = text.utf8.dropFirst().filter { $0 != UInt8(ascii: ":") }
        return (text.hasPrefix("+") || text.hasPrefix("-")) && digits.count == 4 && digits.allSatisfy(isDigit)
    }

    private static let layout = Array("0000-00-00T00:00:00".utf8)

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// `2026-11-23T12:00:00Z`
    ///
    /// - Parameter seconds: since 1970.
    package static func text(_ seconds: Double) -> String { date(seconds).formatted(Date.ISO8601FormatStyle()) }

    /// The same without what parts the numbers, as signatures have it: `20261123T120000Z`
    package static func basic(_ seconds: Double) -> String {
        date(seconds).formatted(Date.ISO8601FormatStyle(dateSeparator: .omitted, timeSeparator: .omitted))
    }

    /// A server may answer any number: what is no date of four digits is the nearest one.
    private static func date(_ seconds: Double) -> Date {
        Date(timeIntervalSince1970: seconds > 0 ? min(seconds.rounded(.down), latest) : 0)
    }

    /// The end of the year 9999.
    private static let latest = 253_402_300_799.0
}
