package import AssetModel

/// How a step of a plan is otherwise than what a store or a lock has of its version.
package enum ContentDifference: Sendable, Equatable {
    /// The step has this kind, and the other does not.
    case kind(AssetKind)
    case pushTime
    /// The other has no such file; a file asset's one has no path, here and below.
    case noFile(RelativePath?)
    case digest(RelativePath?)
    case checksum(RelativePath?)
    case size(RelativePath?)
    case fileCount(recorded: Int, planned: Int)
    /// The other depends on this, and the step does not wait for it.
    case dependency(AssetSpecification)
}

extension Step {
    /// Nil where it is as the store or the lock has it.
    package func difference(from metadata: VersionMetadata) -> ContentDifference? {
        guard let content else { return nil }
        if let difference = content.difference(from: metadata) { return difference }
        let lacking = metadata.dependencies.first { dependency in
            !waitsFor.contains { $0.name == dependency.name && dependency.requirement.isMet(by: $0.version) }
        }
        return lacking.map(ContentDifference.dependency)
    }
}

extension StepContent {
    fileprivate func difference(from metadata: VersionMetadata) -> ContentDifference? {
        if kind != metadata.kind { return .kind(kind) }
        if pushTime != metadata.pushTime { return .pushTime }
        let recorded = Dictionary(metadata.objects.map { ($0.path, $0) }, uniquingKeysWith: { first, _ in first })
        for object in objects {
            guard let known = recorded[object.path] else { return .noFile(object.path) }
            if let difference = object.difference(from: known) { return difference }
        }
        guard selection == nil, objects.count != metadata.objects.count else { return nil }
        return .fileCount(recorded: metadata.objects.count, planned: objects.count)
    }
}

extension ObjectFacts {
    fileprivate func difference(from known: ObjectFacts) -> ContentDifference? {
        if let recorded = known.sha256, sha256 != recorded { return .digest(path) }
        if sha256 == nil, let recorded = known.checksum, checksum != recorded { return .checksum(path) }
        if let recorded = known.size, let size, size != recorded { return .size(path) }
        return nil
    }
}
