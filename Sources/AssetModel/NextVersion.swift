/// Which version comes next, as modelkit's CLI numbers them. Source: modelkit 0.1.3, `assets/versioning`.
package enum NextVersion: Sendable, Hashable {
    /// One minor up from the latest; the first one where there is none.
    case latest
    /// One minor up from the latest of this major version, which must be there.
    case ofMajor(VersionComponent)
    /// One major up from the latest.
    case major

    /// - Parameters:
    ///   - versions: those that there are, in any order.
    ///   - now: in seconds since 1970: what versions by date are named after.
    /// - Returns: nil where there is no version of the major one.
    package func version(after versions: [AssetVersion], in system: VersioningSystem, now: Int64) -> AssetVersion? {
        let text = system == .simpleDate ? Self.date(after: versions, now) : number(after: versions)
        return text.flatMap(system.version)
    }

    /// The version that the next one follows.
    package func base(in versions: [AssetVersion]) -> AssetVersion? {
        switch self {
        case .latest, .major: versions.max()
        case .ofMajor(let major): versions.filter { $0.major == major }.max()
        }
    }

    private func number(after versions: [AssetVersion]) -> String? {
        let base = base(in: versions)
        switch self {
        case .latest: return base.map(Self.minorUp) ?? "0.0"
        case .ofMajor: return base.map(Self.minorUp)
        case .major: return base.map { "\($0.major.next.text).0" } ?? "0.0"
        }
    }

    private static func minorUp(from version: AssetVersion) -> String {
        let minor = version.components.dropFirst().first ?? .zero
        return "\(version.major.text).\(minor.next.text)"
    }

    /// The second that it is, or the next one that no version is named after.
    private static func date(after versions: [AssetVersion], _ now: Int64) -> String {
        let taken = Set(versions.map(\.text))
        var second = now
        while case let text = PushDate.text(second).replacing(":", with: "-"), taken.contains(text) { second += 1 }
        return PushDate.text(second).replacing(":", with: "-")
    }
}

extension AssetVersion {
    fileprivate var major: VersionComponent { components.first ?? .zero }
}
