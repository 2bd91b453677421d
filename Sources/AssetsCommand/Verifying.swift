internal import AssetModel
internal import Catalog
internal import Execution
internal import FileSystem
internal import Planning

/// Compares a resolution's assets with the lock, several at a time.
struct Verifying: Sendable {
    let session: Session
    let directory: Directory

    func verify(_ resolution: Resolution) async throws(Problems) -> [VerifiedAsset] {
        let locked = Dictionary(
            session.lock.lock.assets.map { ($0.pin, $0) }, uniquingKeysWith: { first, _ in first })
        let verification = Verification(directory: directory)
        let answers = await concurrentMap(resolution.choices, window: 4) { choice in
            await Result<VerifiedAsset?, any Error>.catching {
                guard let asset = locked[choice.pin] else { return nil }
                let result = try await DiskQueue.shared.run { () throws(FileError) in
                    try verification.verify(asset, choice.selections)
                }
                return VerifiedAsset(pin: choice.pin, result: result)
            }
        }
        var results: [VerifiedAsset] = []
        for answer in answers {
            do {
                if let result = try answer.get() { results.append(result) }
            } catch {
                throw Problems([.wording(error)])
            }
        }
        return results
    }

    /// Why what is there is fetched again.
    func damaged(_ results: [VerifiedAsset]) -> [AssetPin: String] {
        Dictionary(
            results.compactMap { result in
                result.result.faults.first.map { fault in
                    (result.pin, "\(fault.kind.rawValue)\(fault.path.map { " file \($0)" } ?? "")")
                }
            }, uniquingKeysWith: { first, _ in first })
    }
}

struct VerifiedAsset: Sendable {
    let pin: AssetPin
    let result: Verification.Result

    /// What is wrong, a line each.
    var sentences: [String] {
        result.faults.map { fault in
            let what = "`\(pin)`\(fault.path.map { " `\($0)`" } ?? "")"
            switch fault.kind {
            case .missing: return "\(what) is missing"
            case .extra: return "\(what) is not in the lock"
            case .unmarked: return "\(what) has no \(ModelkitLayout.marker) marker"
            case .misplaced: return "\(what) is not what the lock has: a file, a folder or a link stands in its place"
            case .altered:
                guard let expected = fault.expected, let actual = fault.actual else { return "\(what) is altered" }
                return "\(what) is altered: the lock says \(expected), it has \(actual.sha256)"
            }
        }
    }
}

struct VerifyDocument: Codable, Sendable {
    struct Asset: Codable, Sendable {
        let asset: String
        let verifiedFiles: Int
        let unprovenFiles: Int
        let faults: [Fault]
    }

    struct Fault: Codable, Sendable {
        let kind: String
        @OrNull var path: String?
        @OrNull var expected: String?
        @OrNull var actual: String?
    }

    var format = "modelkit-assets/verify"
    var version = 1
    let assets: [Asset]

    init(_ results: [VerifiedAsset]) {
        assets = results.map { asset in
            Asset(
                asset: asset.pin.description, verifiedFiles: asset.result.verified,
                unprovenFiles: asset.result.unproven,
                faults: asset.result.faults.map { fault in
                    Fault(
                        kind: fault.kind.rawValue, path: fault.path?.text, expected: fault.expected?.hex,
                        actual: fault.actual?.sha256.hex)
                })
        }
    }
}

/// What Python modelkit without a provider finds for each entry.
struct ModelkitRehearsal: Sendable {
    let session: Session

    struct Entry: Codable, Sendable {
        let requested: String
        let locked: String
        /// Nil where it finds nothing, or cannot be asked so.
        @OrNull var found: String?
        /// The sub-part that is not there.
        @OrNull var missingPart: String?
        /// Whether modelkit can be asked for it at all: it knows no comparators.
        let isModelkitString: Bool

        /// Whether it finds what the lock has, where it can be asked.
        var isAsLocked: Bool { !isModelkitString || found == locked && missingPart == nil }

        var sentence: String {
            if !isModelkitString { return "\(requested): modelkit knows no comparators; ask it for \(locked)" }
            if let missingPart { return "\(requested): `\(missingPart)` is not there" }
            guard let found else { return "\(requested): nothing is found" }
            return found == locked
                ? "\(requested): \(found)" : "\(requested): \(found) is found, where the lock has \(locked)"
        }
    }

    func rehearse(_ resolution: Resolution) async throws(Problems) -> [Entry] {
        let local = LocalCatalog(directory: session.directory)
        let system = session.settings.versioning.value
        do throws(FileError) {
            var entries: [Entry] = []
            for resolved in resolution.entries {
                let versions = try local.versions(of: resolved.entry.name, in: system, markedOnly: false).sorted(by: >)
                let requirement = resolved.entry.requirement
                let found = requirement.modelkitChoice(of: versions)
                let pin = found.map { AssetPin(name: resolved.entry.name, version: $0) }
                let part = resolved.entry.subPart
                var missing: String?
                if let pin, let part, try !local.hasPart(part, of: pin) { missing = part.text }
                var isString = true
                if case .comparators = requirement.kind { isString = false }
                entries.append(
                    Entry(
                        requested: resolved.entry.specification.phrase, locked: resolved.pin.description,
                        found: pin?.description, missingPart: missing, isModelkitString: isString))
            }
            return entries
        } catch {
            throw Problems([Problem(error)])
        }
    }
}

struct RehearsalDocument: Codable, Sendable {
    var format = "modelkit-assets/as-modelkit"
    var version = 1
    let entries: [ModelkitRehearsal.Entry]
}
