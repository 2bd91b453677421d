internal import AssetModel

/// Sizes, times and counts as people read them.
package enum Units {
    /// A size in SI units with one decimal: `0 B`, `999 B`, `1.0 kB`, `34.1 MB`, `2.1 GB`.
    package static func bytes(_ count: Int64) -> String {
        guard count >= 1000 else { return "\(max(0, count)) B" }
        // Tenths of the unit, so that 999,950 is rounded before its unit is chosen and never reads 1000.0 kB.
        var tenths = (count - count % 100) / 100 + (count % 100 >= 50 ? 1 : 0)
        for unit in ["kB", "MB", "GB", "TB", "PB"] {
            if tenths < 10_000 { return "\(tenths / 10).\(tenths % 10) \(unit)" }
            tenths = (tenths + 500) / 1000
        }
        return "\(tenths / 10).\(tenths % 10) EB"
    }

    /// A rate: `12.3 MB/s`.
    package static func rate(_ bytesPerSecond: Double) -> String {
        bytes(Int64(clamped(bytesPerSecond))) + "/s"
    }

    /// A time: `38ms`, `0.4s`, `12s`, `3m 05s`, `1h 02m`; ten years at most.
    package static func duration(_ seconds: Double) -> String {
        let seconds = min(clamped(seconds), ClampedSeconds.longest)
        let milliseconds = Int64((seconds * 1000).rounded())
        if milliseconds < 100 { return "\(milliseconds)ms" }
        let tenths = Int64((seconds * 10).rounded())
        if tenths < 100 { return "\(tenths / 10).\(tenths % 10)s" }
        let whole = (tenths + 5) / 10
        if whole < 60 { return "\(whole)s" }
        if whole < 3600 { return "\(whole / 60)m \(twoDigits(whole % 60))s" }
        return "\(whole / 3600)h \(twoDigits(whole % 3600 / 60))m"
    }

    /// A count with its noun: `1 file`, `12 files`.
    package static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }

    private static func twoDigits(_ number: Int64) -> String { number < 10 ? "0\(number)" : "\(number)" }

    // A quotient of two measurements may be anything; an Int64 may not.
    private static func clamped(_ value: Double) -> Double {
        value.isNaN ? 0 : min(max(0, value), 1e17)
    }
}
