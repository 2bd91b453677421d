package import AssetModel
package import Planning

/// What a new spec file says of its store, as YAML: reading it gives the section back.
package enum StorageText {
    /// Lines without newlines; none of what is nil.
    package static func lines(of storage: StorageSection, _ versioning: VersioningSystem?) -> [String] {
        let texts: [(StorageKey, String?)] = [
            (.provider, storage.provider?.value), (.bucket, storage.bucket?.value), (.prefix, storage.prefix?.value),
            (.region, storage.region?.value), (.endpoint, storage.endpoint?.value),
        ]
        var keys = texts.compactMap { key, text in text.map { "  \(key.rawValue): \(scalar($0))" } }
        if let anonymous = storage.anonymous { keys.append("  \(StorageKey.anonymous.rawValue): \(anonymous.value)") }
        return (keys.isEmpty ? [] : ["storage:"] + keys) + (versioning.map { ["versioning: \($0.name)"] } ?? [])
    }

    /// In quotes too where other readers of YAML take a number, a date or a truth value for what it is.
    private static func scalar(_ text: String) -> String {
        let scalar = YAMLText.scalar(text)
        let isOther = text.utf8.first.map { (0x30...0x39).contains($0) } == true || truths.contains(text.lowercased())
        return isOther && scalar == text ? "\"\(text)\"" : scalar
    }

    /// Of YAML 1.1.
    private static let truths: Set = ["true", "false", "yes", "no", "on", "off", "y", "n"]
}
