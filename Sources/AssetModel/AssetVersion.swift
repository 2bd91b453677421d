/// A version of an asset: its spelling, which is the name of a file or folder, and its components, which order it.
///
/// Versions order by their components as numbers of any size, a missing one counting as 0; versions that are equal so
/// (`1.7` and `1.07`) order by their spelling.
package struct AssetVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let text: String
    package let components: [VersionComponent]

    package var description: String { text }

    package init(text: String, components: [VersionComponent]) {
        self.text = text
        self.components = components
    }

    /// By the spelling alone, of which the components are made: versions are looked up more often than anything else.
    package func hash(into hasher: inout Hasher) { hasher.combine(text) }

    package static func < (left: AssetVersion, right: AssetVersion) -> Bool {
        switch compareComponents(left.components, right.components) {
        case .orderedBefore: true
        case .orderedAfter: false
        case .same: left.text < right.text
        }
    }
}

/// One number of a version, of any size: its decimal digits without leading zeros (none for 0).
package struct VersionComponent: Hashable, Comparable, Sendable {
    package static let zero = VersionComponent(digits: "")

    private let digits: String

    /// - Parameter digits: ASCII decimal digits.
    package init(digits: Substring) {
        self.digits = String(Substring(digits.utf8.drop { $0 == UInt8(ascii: "0") }))
    }

    /// In decimal, without leading zeros.
    package var text: String { digits.isEmpty ? "0" : digits }

    /// One more.
    package var next: VersionComponent {
        var bytes = Array(digits.utf8)
        for index in bytes.indices.reversed() {
            if bytes[index] < UInt8(ascii: "9") {
                bytes[index] += 1
                return VersionComponent(digits: Substring(decoding: bytes, as: UTF8.self))
            }
            bytes[index] = UInt8(ascii: "0")
        }
        return VersionComponent(digits: "1" + Substring(decoding: bytes, as: UTF8.self))
    }

    package static func < (left: VersionComponent, right: VersionComponent) -> Bool {
        let (leftCount, rightCount) = (left.digits.utf8.count, right.digits.utf8.count)
        return leftCount == rightCount ? left.digits < right.digits : leftCount < rightCount
    }
}

package enum VersionOrder: Sendable {
    case orderedBefore, same, orderedAfter
}

/// Compares two versions' components from the left; a missing one counts as 0.
package func compareComponents(_ left: [VersionComponent], _ right: [VersionComponent]) -> VersionOrder {
    for index in 0..<max(left.count, right.count) {
        let (a, b) = (index < left.count ? left[index] : .zero, index < right.count ? right[index] : .zero)
        if a != b { return a < b ? .orderedBefore : .orderedAfter }
    }
    return .same
}
