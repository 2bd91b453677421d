package import AssetModel
internal import Catalog
internal import FileSystem
package import Planning

/// What Python modelkit without a provider finds for each entry.
package struct ModelkitRehearsal: Sendable {
    private let session: Session

    package init(session: Session) { self.session = session }

    /// A specification string of the spec, and what is found for it.
    package struct Entry: Sendable {
        package let requested: AssetSpecification
        package let locked: AssetPin
        /// Nil where it finds nothing, or cannot be asked so.
        package let found: AssetPin?
        /// The sub-part that is not there.
        package let missingPart: RelativePath?
        /// Whether modelkit can be asked for it at all: it knows no comparators.
        package let isModelkitString: Bool

        /// Whether it finds what the lock has, where it can be asked.
        package var isAsLocked: Bool { !isModelkitString || found == locked && missingPart == nil }
    }

    package func rehearse(_ resolution: Resolution) throws(Faults) -> [Entry] {
        let local = LocalCatalog(directory: session.directory)
        do throws(FileError) {
            var entries: [Entry] = []
            for resolved in resolution.entries { entries.append(try entry(resolved, local)) }
            return entries
        } catch {
            throw Faults(.file(error))
        }
    }

    private func entry(_ resolved: ResolvedEntry, _ local: LocalCatalog) throws(FileError) -> Entry {
        let (name, requirement) = (resolved.entry.name, resolved.entry.requirement)
        let versions = try local.versions(of: name, in: session.settings.versioning.value, markedOnly: false)
        let found = requirement.modelkitChoice(of: versions.sorted(by: >)).map { AssetPin(name: name, version: $0) }
        var missing: RelativePath?
        if let found, let part = resolved.entry.subPart, try !local.hasPart(part, of: found) { missing = part }
        var isString = true
        if case .comparators = requirement.kind { isString = false }
        return Entry(
            requested: resolved.entry.specification, locked: resolved.pin, found: found, missingPart: missing,
            isModelkitString: isString)
    }
}
