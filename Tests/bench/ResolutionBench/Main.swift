import AssetModel
import Planning
import SpecFile

/// How long resolving takes, by the number of assets: chosen from a store in memory, and pinned by a lock and present.
///
/// Prints a table; asserts no time. A tenth of the assets stand in the spec, and each depends on three others, so that the
/// rest come in as dependencies of dependencies. Arguments are other numbers of assets.
@main struct ResolutionBench {
    static let sizes = [1250, 2500, 5000, 10_000, 20_000]
    static let repetitions = 5

    static func main() async throws {
        print("| assets | chosen, ms | µs an asset | locked and present, ms | of these reading the lock |")
        print("| --- | --- | --- | --- | --- |")
        let wanted = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        for size in wanted.isEmpty ? sizes : wanted {
            let world = SyntheticWorld(assets: size)
            let chosen = await median { _ = await world.resolve(lock: .empty) }
            let lock = try await world.lock()
            let text = Array(LockFile.text(of: lock).utf8)
            let reading = await median { _ = try? LockFile.read(text, file: "assets.lock", in: .majorMinor) }
            let locked = await median {
                guard let read = try? LockFile.read(text, file: "assets.lock", in: .majorMinor),
                    let resolved = await world.resolve(lock: read)
                else { return }
                _ = await PlanBuilder(facts: resolved.facts, forceDownload: false, fetches: true).plan(resolved.wanted)
            }
            print(
                "| \(size) | \(tenths(chosen)) | \(tenths(chosen * 1000 / Double(size))) | \(tenths(locked)) | "
                    + "\(tenths(reading)) |")
        }
    }

    /// In milliseconds.
    private static func median(_ body: () async -> Void) async -> Double {
        var times: [Double] = []
        for _ in 0..<repetitions {
            let time = await ContinuousClock().measure { await body() }
            times.append(time / .milliseconds(1))
        }
        return times.sorted()[repetitions / 2]
    }

    private static func tenths(_ number: Double) -> String {
        let tenths = Int(number * 10 + 0.5)
        return "\(tenths / 10).\(tenths % 10)"
    }
}

/// Assets of five versions each, of which the latest depends on the three after it, by major version.
struct SyntheticWorld: AssetFacts {
    private let names: [AssetName]
    private let places: [AssetName: Int]
    private let versions: [AssetVersion]
    private let dependencies: [[AssetSpecification]]
    private let manifest: Manifest

    init(assets count: Int) {
        let system = VersioningSystem.majorMinor
        names = (0..<count).compactMap { try? AssetName("models/group-\($0 % 97)/asset-\($0)") }
        places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
        versions = ["1.4", "1.3", "1.2", "1.1", "0.9"].compactMap { system.version($0) }
        let names = names
        dependencies = names.indices.map { place in
            [1, 7, 31].map { place + $0 }.filter { $0 < names.count }
                .compactMap { try? AssetSpecification(parsing: "\(names[$0]):1", in: system) }
        }
        let entries = stride(from: 0, to: count, by: 10).map {
            ManifestEntry(name: names[$0], requirement: .latest)
        }
        manifest = Manifest(file: "assets.yaml", entries: entries)
    }

    func resolve(lock: Lock) async -> Resolved? {
        try? await Resolver(facts: self, duplicates: .allow, lock: lock).resolve(manifest, groups: [], explains: false)
            .get()
    }

    func lock() async throws -> Lock {
        guard let resolved = await resolve(lock: .empty) else { return .empty }
        var assets: [LockedAsset] = []
        for choice in resolved.all.choices {
            let metadata = try await metadata(of: choice.pin)
            assets.append(
                LockedAsset(
                    pin: choice.pin, kind: metadata.kind, pushTime: metadata.pushTime,
                    dependencies: resolved.declared[choice.pin] ?? [], files: metadata.objects))
        }
        return Lock(assets: assets)
    }

    func versions(of name: AssetName, requirements: [VersionRequirement]) async throws -> KnownVersions {
        KnownVersions(inStore: versions, local: [], places: [])
    }

    func localState(of pin: AssetPin, expecting metadata: VersionMetadata?) async throws -> LocalState { .complete }

    func metadata(of pin: AssetPin) async throws -> VersionMetadata {
        let object = ObjectFacts(
            path: nil, size: 1 << 20, sha256: SHA256Digest(bytes: Array(repeating: 0xA5, count: 32)))
        return VersionMetadata(
            kind: .file, pushTime: 1_709_294_400, objects: [object], dependencies: dependencies[places[pin.name] ?? 0])
    }

    func hasPart(_ part: RelativePath, of pin: AssetPin) async throws -> Bool { true }

    func names(near name: AssetName) async -> [AssetName] { [] }
}
