internal import AssetModel
internal import FoundationEssentials
internal import Planning

/// A plan in a file, for `apply`: what is to be done, and what the world was when that was decided.
struct SealedPlan: Codable, Sendable, Equatable {
    struct Object: Codable, Sendable, Equatable {
        /// Inside the asset; null for a file asset.
        @OrNull var path: String?
        /// As it is stored, in bytes.
        let storedSize: Int64
        /// Null where the store has none.
        @OrNull var entityTag: String?
        @OrNull var size: Int64?
        @OrNull var sha256: String?
        /// Of the lock, until it has a digest: `CRC32C:1a2b3c4d`.
        @OrNull var checksum: String?
    }

    struct Asset: Codable, Sendable, Equatable {
        let name: String
        let version: String
        let action: String
        /// Why it is fetched again.
        @OrNull var reason: String?
        @OrNull var kind: AssetKind?
        /// Seconds since 1970.
        @OrNull var pushTime: Int64?
        /// Whether files are left out, so that it gets no marker.
        let isPartial: Bool
        let objects: [Object]
        let waitsFor: [String]
        /// What stood in the assets directory.
        let local: String
    }

    struct Entry: Codable, Sendable, Equatable {
        let name: String
        /// `1`, `>=3, <4`, `latest`
        let requirement: String
        @OrNull var part: String?
        let asset: String
    }

    var format = Self.formatName
    var version = Self.formatVersion
    let versioning: String
    let assetsDir: String
    /// Whether nothing at all stood in the assets directory.
    let isDirectoryEmpty: Bool
    @OrNull var store: String?
    /// The path of the lock that it agrees with, as it was found; null where there was none.
    @OrNull var lock: String?
    let assets: [Asset]
    let entries: [Entry]

    static let formatName = "modelkit-assets/sealed-plan"
    static let formatVersion = 2
}

extension SealedPlan {
    /// Reads a sealed plan.
    static func read(_ bytes: [UInt8], file: String) throws(Problems) -> SealedPlan {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            guard JSONNesting.isBounded(bytes) else { throw SealedPlanFault(description: "it is nested too deep") }
            let heading = try decoder.decode(Heading.self, from: Data(bytes))
            guard heading.format == formatName, heading.version == formatVersion else {
                throw Problems([
                    Problem(
                        code: "plan-file", message: "`\(file)` is a `\(heading.format)` of version \(heading.version)",
                        details: ["expected `\(formatName)` of version \(formatVersion)"],
                        hint: "make it anew with `modelkit-assets plan --output \(file)`", exitStatus: 3)
                ])
            }
            return try decoder.decode(SealedPlan.self, from: Data(bytes))
        } catch let problems as Problems {
            throw problems
        } catch {
            throw Problems([
                Problem(
                    code: "plan-file", message: "`\(file)` is no plan of this program",
                    hint: "make one with `modelkit-assets plan --output \(file)`", exitStatus: 3)
            ])
        }
    }

    private struct Heading: Decodable {
        let format: String
        let version: Int
    }
}

/// What a sealed plan says, as values.
struct UnsealedPlan: Sendable {
    let plan: Plan
    let sealed: SealedPlan

    /// - Throws: where it has a name, a version, a path or a digest that is none, or does not agree with itself.
    init(_ sealed: SealedPlan, file: String) throws(Problems) {
        do {
            guard let system = VersioningSystem.named(sealed.versioning) else {
                throw SealedPlanFault(description: "`\(sealed.versioning)` is no versioning system")
            }
            var steps: [Step] = []
            for asset in sealed.assets { steps.append(try Step(asset, in: system)) }
            let entries = try sealed.entries.map { entry in
                ResolvedEntry(
                    entry: ManifestEntry(
                        name: try AssetName(entry.name),
                        requirement: try VersionRequirement(parsing: entry.requirement, in: system),
                        subPart: try entry.part.map { try RelativePath($0) }),
                    pin: try AssetPin(parsing: entry.asset, in: system))
            }
            plan = Plan(steps: steps, entries: entries)
            try SealedPlanChecks(sealed, plan).check()
            self.sealed = sealed
        } catch {
            throw Problems([
                Problem(
                    code: "plan-file", message: "`\(file)` is damaged: \(error)",
                    hint: "make it anew with `modelkit-assets plan --output \(file)`", exitStatus: 3)
            ])
        }
    }
}

/// A value in a sealed plan that cannot be.
struct SealedPlanFault: Error, CustomStringConvertible {
    let description: String
}

extension AssetPin {
    fileprivate init(parsing text: String, in system: VersioningSystem) throws {
        guard let specification = try? AssetSpecification(parsing: text, in: system),
            let version = specification.requirement.exactVersion
        else { throw SealedPlanFault(description: "`\(text)` is no version of an asset") }
        self.init(name: specification.name, version: version)
    }
}

extension Step {
    fileprivate init(_ asset: SealedPlan.Asset, in system: VersioningSystem) throws {
        let action: StepAction
        switch asset.action {
        case "keep": action = .keep
        case "fetch": action = .fetch
        case "refetch": action = .refetch(.damaged(asset.reason ?? "as it was planned"))
        default: throw SealedPlanFault(description: "`\(asset.action)` is no action")
        }
        self.init(
            pin: try AssetPin(parsing: "\(asset.name):\(asset.version)", in: system), action: action,
            content: try StepContent(asset),
            waitsFor: try asset.waitsFor.map { try AssetPin(parsing: $0, in: system) })
    }
}

extension StepContent {
    fileprivate init?(_ asset: SealedPlan.Asset) throws {
        guard let kind = asset.kind, let pushTime = asset.pushTime else { return nil }
        let objects = try asset.objects.map { object in
            var facts = ObjectFacts(path: try object.path.map { try RelativePath($0) }, size: object.size)
            facts.sha256 = try object.sha256.map { hex in
                guard let digest = SHA256Digest(hex: hex) else {
                    throw SealedPlanFault(description: "`\(hex)` is no SHA-256 digest")
                }
                return digest
            }
            facts.checksum = try object.checksum.map { text in
                guard let checksum = ObjectChecksum(tagged: text) else {
                    throw SealedPlanFault(description: "`\(text)` is no checksum")
                }
                return checksum
            }
            facts.recorder = .lock
            return facts
        }
        self.init(kind: kind, pushTime: pushTime, objects: objects, selection: asset.isPartial ? [] : nil)
    }
}
