import AssetModel
import AssetsTestSupport
import FileSystem
import Planning
import Synchronization

@testable import Execution

/// Stages and seals an asset.
func sealed(
    _ step: Step, _ texts: [String], in staging: Staging, fixedTime: Int64? = nil
) async throws -> StagedAsset {
    let staged = try await staging.stage(step, texts, fixedTime: fixedTime)
    _ = try await Sealer(store: InMemoryStore()).seal(staged)
    return staged
}

/// - Returns: what was told to be kept.
func commit(_ staged: StagedAsset, replaces: Bool, fixedTime: Int64? = nil) throws(FileError) -> [String] {
    try commit(staged, replacing: replaces ? .everything : .residue, fixedTime: fixedTime)
}

func commit(
    _ staged: StagedAsset, replacing replacement: Committer.Replacement, fixedTime: Int64? = nil
) throws(FileError) -> [String] {
    let kept = ToldPaths()
    try Committer(fixedTime: fixedTime, tellKept: kept.note).commit(staged, replacing: replacement)
    return kept.all
}

/// A class because a closure adds to it.
private final class ToldPaths: Sendable {
    private let paths = Mutex<[String]>([])

    var all: [String] { paths.withLock { $0 } }

    func note(_ path: String) { paths.withLock { $0.append(path) } }
}
