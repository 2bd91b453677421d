internal import AssetModel
internal import Catalog
internal import Execution
internal import FoundationEssentials

/// A version's `.meta`: what modelkit wants, and what makes everything else better, which modelkit ignores.
struct MetaDocument: Encodable {
    let pushDate: String
    let isDirectory: Bool
    /// The paths of a directory asset.
    let contents: [String]?
    let dependencies: [String]?
    let objects: [RecordedObject]

    /// What an object has, by which it is known again.
    struct RecordedObject: Encodable {
        /// Nil for a file asset.
        let path: String?
        /// In bytes.
        let size: Int64
        let sha256: String
    }

    /// - Parameter pushed: in seconds since 1970.
    init(_ source: PushSource, _ content: PushContent, dependencies: [AssetSpecification], pushed: Int64) {
        // As Python's `datetime.isoformat` has it.
        pushDate = PushDate.text(pushed).dropLast() + "+00:00"
        isDirectory = source.kind == .directory
        contents = isDirectory ? source.files.compactMap { $0.path?.text } : nil
        self.dependencies = dependencies.isEmpty ? nil : dependencies.map(\.description)
        objects = zip(source.files, content.digests).map {
            RecordedObject(path: $0.path?.text, size: $1.size, sha256: "\($1.sha256)")
        }
    }

    var bytes: Data {
        get throws {
            let encoder = JSONEncoder()
            encoder.keyEncodingStrategy = .convertToSnakeCase
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            let bytes = try encoder.encode(self)
            guard bytes.count <= StoreCatalog.documentLimit else { throw PublishError.tooManyFiles(bytes.count) }
            return bytes
        }
    }
}
