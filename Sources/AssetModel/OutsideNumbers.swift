/// Sums of byte counts that others wrote down, which may be of any size.
package enum ByteSum {
    /// The largest size that a document may say of one object, in bytes: the largest whole number that every reader of
    /// JSON keeps as it is (RFC 8259, 6), and far above what any store takes.
    package static let largestObject: Int64 = 1 << 53

    /// At most `Int64.max`: a sum that is too large to be had stays too large.
    package static func of(_ counts: some Sequence<Int64>) -> Int64 {
        counts.reduce(0, adding)
    }

    package static func adding(_ left: Int64, _ right: Int64) -> Int64 {
        let (sum, overflows) = left.addingReportingOverflow(right)
        guard overflows else { return sum }
        return left < 0 ? .min : .max
    }
}

/// Lengths of time that others wrote down, in seconds.
package enum ClampedSeconds {
    /// Ten years: longer than anything waits, and short enough for every clock and unit to count.
    package static let longest = 315_360_000.0

    /// The number in a text, at most `longest`; nil where it is none, is not finite or is negative.
    package static func parsed(_ text: String) -> Double? { Double(text).flatMap(clamped) }

    /// The same of a number.
    package static func clamped(_ number: Double) -> Double? {
        guard number.isFinite, number >= 0 else { return nil }
        return min(number, longest)
    }
}
