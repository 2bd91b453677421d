import AssetModel
import AssetsTestSupport
import FileSystem
import ObjectStore
import Planning
import Testing

@testable import Execution

/// An assets directory where assets are staged by hand, without a run.
struct Staging {
    let path: String
    let directory: Directory

    /// Claims an asset's staging folder, as a run does that fetches it.
    func claim(_ step: Step, fixedTime: Int64? = nil) async throws -> StagedAsset {
        let lock = try #require(try await AssetLock.tryAcquire(step.pin.name, in: directory))
        let content = try #require(step.content)
        let header = Journal.Header(bootID: "boot", pushTime: content.pushTime, address: "memory")
        return try StagedAsset.claim(
            step.pin, content, header: header, in: directory, lock: lock, fixedTime: fixedTime)
    }

    /// The same with all of its content, a text an object, not yet sealed.
    func stage(_ step: Step, _ texts: [String], fixedTime: Int64? = nil) async throws -> StagedAsset {
        let staged = try await claim(step, fixedTime: fixedTime)
        for (object, text) in texts.enumerated() {
            try staged.openEmpty(object).write(text)
            try staged.noteWhole(object, size: Int64(text.utf8.count))
        }
        return staged
    }

    /// What stands in the directory outside of the tool's own folder.
    func assets() throws -> [String: String] {
        try tree(path).filter { $0.key != ".modelkit-assets" && !$0.key.hasPrefix(".modelkit-assets/") }
    }

    /// What stands in a folder of the tool's own, which may not be there.
    func own(_ folder: String) throws -> [String: String] {
        try tree(path).reduce(into: [:]) { found, item in
            let prefix = ".modelkit-assets/\(folder)/"
            if item.key.hasPrefix(prefix) { found[String(item.key.dropFirst(prefix.count))] = item.value }
        }
    }

    func journal(of staged: StagedAsset) throws -> String {
        try text(of: "\(path)/\(ToolLayout.staging(of: staged.pin))/\(ToolLayout.journal)")
    }

    /// Of a path below the directory: its folder's own words for what stands there.
    func status(_ relative: String) throws -> FileStatus {
        let (parent, entry) = splitLast(relative)
        return try #require(try directory.directory(parent).status(of: entry))
    }

    /// Puts a file asset in place as a run leaves it, or a directory asset.
    func install(_ place: String, _ files: [String: String]? = nil) throws {
        let (parent, entry) = splitLast(place)
        guard let files else {
            try write("content of \(place)", to: "\(path)/\(place)")
            return try write("", to: "\(path)/\(parent)/.\(entry).SUCCESS")
        }
        for (name, text) in files { try write(text, to: "\(path)/\(place)/\(name)") }
        try write("", to: "\(path)/\(place)/.SUCCESS")
    }
}

func withStaging(_ body: (Staging) async throws -> Void) async throws {
    try await withTemporaryDirectory { path async throws in
        try await body(Staging(path: path, directory: try Directory.open(path)))
    }
}

func tidy(
    _ plan: Plan, in staging: Staging, fixedTime: Int64? = nil, abandoned: Bool = false
) throws {
    try Housekeeping(directory: staging.directory, fixedTime: fixedTime).tidy(plan, abandoned: abandoned)
}

func testPin(_ text: String) throws -> AssetPin {
    let specification = try AssetSpecification(parsing: text, in: .majorMinor)
    return AssetPin(name: specification.name, version: try #require(specification.requirement.exactVersion))
}

func plan(_ steps: Step...) -> Plan { Plan(steps: steps, entries: []) }

/// What a body throws, as words; nil where it throws nothing.
func thrown(_ body: () async throws -> Void) async -> String? {
    do {
        try await body()
        return nil
    } catch let error as FileError {
        return "\(error.attempt): \(error.cause)"
    } catch let error as StoreError {
        return "\(error.kind): \(error.detail.map { "\($0.value)" } ?? "")"
    } catch {
        return "\(error)"
    }
}

/// Another failure than a test is about.
struct Unexpected: Error {
    let failure: String

    init(_ failure: (any Error)?) { self.failure = failure.map { "\($0)" } ?? "none" }
}
