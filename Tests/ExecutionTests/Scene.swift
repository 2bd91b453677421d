import AssetModel
import AssetsTestSupport
import FileSystem
import Glibc
import FoundationEssentials
import ObjectStore
import Planning
import Testing

@testable import Execution

/// A store and an assets directory.
struct Scene: Sendable {
    let store: any ObjectStore
    let path: String
    let options: ExecutionOptions

    var directory: Directory { get throws { try Directory.open(path) } }

    func execute(_ plan: Plan) async -> Report {
        guard let directory = try? directory else { return Report(results: [], seconds: 0) }
        return await Executor(store: store, directory: directory, options: options, emit: { _ in }).execute(plan)
    }

    func time(_ relative: String) throws -> Int64 {
        try attribute(relative, .modificationDate) { (date: Date) in Int64(date.timeIntervalSince1970) }
    }

    func mode(_ relative: String) throws -> Int { try attribute(relative, .posixPermissions) { (mode: Int) in mode } }

    /// How many parts the journal of an asset in staging has.
    func stagedParts(of entry: String) -> Int {
        let journal = try? text(of: "\(path)/.modelkit-assets/staging/\(entry)/journal")
        return journal?.split(separator: "\n").count { $0.hasPrefix("part\t") } ?? 0
    }

    private func attribute<Raw, Value>(
        _ relative: String, _ key: FileAttributeKey, _ transform: (Raw) -> Value
    ) throws -> Value {
        let attributes = try FileManager.default.attributesOfItem(atPath: path + "/" + relative)
        return transform(try #require(attributes[key] as? Raw))
    }
}

func withScene(
    _ store: any ObjectStore, partSize: Int64? = nil, lockSeconds: Double = 10,
    fixedTime: Int64? = nil, _ body: (Scene) async throws -> Void
) async throws {
    try await withTemporaryDirectory { path async throws in
        let options = ExecutionOptions(
            partSizes: partSize.map(PartSizes.fixed), lockWait: LockPatience(seconds: lockSeconds),
            fixedTime: fixedTime)
        try await body(Scene(store: store, path: path, options: options))
    }
}

extension Step {
    static func file(
        _ name: String, _ version: String, action: StepAction = .fetch, size: Int64? = nil, sha256: String? = nil,
        waitsFor: [String] = []
    ) throws -> Step {
        let object = ObjectFacts(path: nil, size: size, sha256: sha256.flatMap(SHA256Digest.init(hex:)))
        let content = StepContent(kind: .file, pushTime: 1_700_000_000, objects: [object])
        return Step(
            pin: try testPin(name, version), action: action, content: content,
            waitsFor: try waitsFor.map { try testPin($0, "1.0") })
    }

    static func directory(
        _ name: String, _ version: String, _ paths: [String], action: StepAction = .fetch,
        pushTime: Int64 = 1_700_000_000, selection: [FileSelection]? = nil
    ) throws -> Step {
        let objects = try paths.map { ObjectFacts(path: try RelativePath($0)) }
        let content = StepContent(kind: .directory, pushTime: pushTime, objects: objects, selection: selection)
        return Step(pin: try testPin(name, version), action: action, content: content)
    }
}

private func testPin(_ name: String, _ version: String) throws -> AssetPin {
    AssetPin(name: try AssetName(name), version: try #require(VersioningSystem.majorMinor.version(version)))
}

extension Report {
    /// `name:version outcome objects/bytes`, a line an asset.
    var words: [String] {
        results.map { "\($0.pin) \($0.outcome.word) \($0.downloadedObjects)/\($0.downloadedBytes)" }
    }
}

extension AssetOutcome {
    var word: String {
        switch self {
        case .present: "present"
        case .fetched: "fetched"
        case .failed(.store(let error)): "store \(error.kind)"
        case .failed(.file(let error)): "file \(error.path): \(error.cause)"
        case .failed(.lockTimeout(let wait)): "lock \(wait.path)"
        case .failed(let failure): "\(failure)"
        case .skipped(let cause): "skipped because \(cause)"
        case .interrupted: "interrupted"
        }
    }
}

extension FileError {
    /// The refusal, or the system's reason.
    var cause: String { refusal.map { "\($0)" } ?? String(cString: strerror(code)) }
}
