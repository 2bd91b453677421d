internal import AssetModel
internal import Execution
package import Planning

/// A SHA-256 over one line a fact, in a fixed order.
package struct CacheKey: Sendable {
    /// 64 hexadecimal digits.
    package let text: String

    /// - Throws: where it is not known what a version consists of.
    package init(_ resolved: Resolved) throws(Faults) {
        var lines = ["modelkit-assets cache key 1"]
        for choice in resolved.wanted.choices.sorted(by: { $0.pin < $1.pin }) {
            let metadata: VersionMetadata
            do {
                guard let known = try resolved.facts.contents[choice.pin]?.get() else { continue }
                metadata = known
            } catch {
                throw Faults(Fault(error))
            }
            lines.append(Self.line(["asset", choice.pin.description, metadata.kind.rawValue, "\(metadata.pushTime)"]))
            let taken = metadata.objects.filter { object in
                object.path.map { path in choice.selections.contains { $0.takes(path) } } ?? true
            }
            lines += taken.map { Self.line(["file", $0.path?.text ?? "", $0.sha256?.hex ?? ""]) }.sorted()
        }
        text = SHA256Digest(of: lines.joined(separator: "\n")).hex
    }

    private static func line(_ fields: [String]) -> String {
        fields.map(LineField.encoded).joined(separator: "\t")
    }
}
