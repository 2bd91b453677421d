/// A way to number versions. Another one is another value here and its name in `all`.
///
/// | name | a version | complete | order |
/// | --- | --- | --- | --- |
/// | `major_minor` | `MAJOR` or `MAJOR.MINOR`, decimal digits | with a minor | numeric |
/// | `simple_date` | `YYYY-MM-DDTHH-MM-SSZ`, UTC | always | by time, which is as text |
package struct VersioningSystem: Sendable, Hashable, CustomStringConvertible {
    package let name: String
    /// What a version looks like, for error messages.
    package let form: String
    private let componentCount: Int

    package static let majorMinor = VersioningSystem(
        name: "major_minor", form: "MAJOR or MAJOR.MINOR, such as 1 or 1.4", componentCount: 2)
    package static let simpleDate = VersioningSystem(
        name: "simple_date", form: "YYYY-MM-DDTHH-MM-SSZ, such as 2024-03-01T12-30-00Z", componentCount: 6)
    package static let all = [majorMinor, simpleDate]

    package var description: String { name }

    package static func named(_ name: String) -> VersioningSystem? { all.first { $0.name == name } }

    /// The version that a text spells in some system; nil where it spells none.
    package static func version(_ text: String) -> AssetVersion? {
        all.lazy.compactMap { $0.version(text) }.first
    }

    /// The version that a text spells; nil where it spells none.
    package func version(_ text: String) -> AssetVersion? {
        let components = self == .simpleDate ? dateComponents(text) : numberComponents(text)
        guard let components, text.utf8.count <= RelativePath.maximumComponentLength else { return nil }
        return AssetVersion(text: text, components: components)
    }

    /// Whether the version names one version, where `1` would name all of `1.*`.
    package func isComplete(_ version: AssetVersion) -> Bool { version.components.count == componentCount }

    /// The version that names a version and those that follow it without a break: `1` for `1.4`. Nil where versions are
    /// not numbered so.
    package func major(of version: AssetVersion) -> AssetVersion? {
        guard self == .majorMinor, let major = version.components.first else { return nil }
        return self.version(major.text)
    }

    private func numberComponents(_ text: String) -> [VersionComponent]? {
        let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.count <= componentCount else { return nil }
        guard parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isDigit) }) else { return nil }
        return parts.map { VersionComponent(digits: Substring($0)) }
    }

    private func dateComponents(_ text: String) -> [VersionComponent]? {
        let pattern = "0000-00-00T00-00-00Z"
        guard text.utf8.count == pattern.utf8.count else { return nil }
        let fits = zip(text.utf8, pattern.utf8).allSatisfy { byte, shape in
            shape == UInt8(ascii: "0") ? isDigit(byte) : byte == shape
        }
        guard fits else { return nil }
        return text.split { "-TZ".contains($0) }.map(VersionComponent.init(digits:))
    }
}
