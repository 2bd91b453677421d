internal import AssetModel

/// Facts that are asked once, however often they are wanted. An actor because they are asked from many tasks.
actor RememberedFacts: AssetFacts {
    private struct Question: Hashable {
        let name: AssetName
        let requirements: [VersionRequirement]
    }

    private let base: any AssetFacts
    private var versions: [Question: Result<KnownVersions, any Error>] = [:]
    private var contents: [AssetPin: Result<VersionMetadata, any Error>] = [:]

    init(_ base: any AssetFacts) { self.base = base }

    func versions(of name: AssetName, requirements: [VersionRequirement]) async throws -> KnownVersions {
        let question = Question(name: name, requirements: requirements)
        // What is told of all versions does for every question.
        if let known = versions[Question(name: name, requirements: [])] { return try known.get() }
        if let known = versions[question] { return try known.get() }
        let answer = await Result.catching { try await base.versions(of: name, requirements: requirements) }
        if case .success(let known) = answer, !known.isPartial {
            versions[Question(name: name, requirements: [])] = answer
        } else {
            versions[question] = answer
        }
        return try answer.get()
    }

    func metadata(of pin: AssetPin) async throws -> VersionMetadata {
        if let known = contents[pin] { return try known.get() }
        let answer = await Result.catching { try await base.metadata(of: pin) }
        contents[pin] = answer
        return try answer.get()
    }

    func localState(of pin: AssetPin, expecting metadata: VersionMetadata?) async throws -> LocalState {
        try await base.localState(of: pin, expecting: metadata)
    }

    func hasPart(_ part: RelativePath, of pin: AssetPin) async throws -> Bool {
        try await base.hasPart(part, of: pin)
    }

    func names(near name: AssetName) async -> [AssetName] { await base.names(near: name) }
}
