internal import AssetModel
internal import FoundationEssentials
internal import Planning

extension SealedPlan {
    /// Reads a sealed plan.
    static func read(_ bytes: [UInt8], file: String) throws(Faults) -> SealedPlan {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard JSONNesting.isBounded(bytes), let heading = try? decoder.decode(Heading.self, from: Data(bytes)) else {
            throw Faults(.plan(.notAPlan(path: file)))
        }
        guard heading.format == formatName, heading.version == formatVersion else {
            throw Faults(.plan(.otherFormat(heading.format, version: heading.version, path: file)))
        }
        guard let plan = try? decoder.decode(SealedPlan.self, from: Data(bytes)) else {
            throw Faults(.plan(.notAPlan(path: file)))
        }
        return plan
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
    init(_ sealed: SealedPlan, file: String) throws(Faults) {
        do {
            plan = try Self.plan(sealed)
            try SealedPlanChecks(sealed, plan).check()
            self.sealed = sealed
        } catch let fault as SealedPlanFault {
            throw Faults(.plan(.damaged(fault, path: file)))
        } catch {
            throw Faults(.plan(.damaged(.value(error), path: file)))
        }
    }

    private static func plan(_ sealed: SealedPlan) throws -> Plan {
        guard let system = VersioningSystem.named(sealed.versioning) else {
            throw SealedPlanFault.unknownVersioning(sealed.versioning)
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
        return Plan(steps: steps, entries: entries)
    }
}

extension AssetPin {
    fileprivate init(parsing text: String, in system: VersioningSystem) throws {
        guard let specification = try? AssetSpecification(parsing: text, in: system),
            let version = specification.requirement.exactVersion
        else { throw SealedPlanFault.notAVersion(text) }
        self.init(name: specification.name, version: version)
    }
}

extension Step {
    fileprivate init(_ asset: SealedPlan.Asset, in system: VersioningSystem) throws {
        let action: StepAction
        switch asset.action {
        case "keep": action = .keep
        case "fetch": action = .fetch
        case "refetch": action = .refetch(.planned(asset.reason))
        default: throw SealedPlanFault.notAnAction(asset.action)
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
                    throw SealedPlanFault.notADigest(hex)
                }
                return digest
            }
            facts.checksum = try object.checksum.map { text in
                guard let checksum = ObjectChecksum(tagged: text) else {
                    throw SealedPlanFault.notAChecksum(text)
                }
                return checksum
            }
            facts.recorder = .lock
            return facts
        }
        self.init(kind: kind, pushTime: pushTime, objects: objects, selection: asset.isPartial ? [] : nil)
    }
}
