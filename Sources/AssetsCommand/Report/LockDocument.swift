internal import AssetModel
internal import Operations
internal import Planning

/// What `lock` came to, as JSON: what `schema/lock-changes.schema.json` describes.
struct LockDocument: Encodable, Sendable {
    struct Change: Encodable, Sendable {
        let name: String
        let removed: [String]
        let added: [String]
    }

    struct Dependencies: Encodable, Sendable {
        let asset: String
        let dependencies: [String]
    }

    var format = "modelkit-assets/lock-changes"
    var version = 1
    let lockfile: String
    let assets: Int
    /// False where nothing had to be, and in a dry run.
    let written: Bool
    let dryRun: Bool
    let changes: [Change]
    let changedDependencies: [Dependencies]

    /// - Parameter lock: what the lockfile has, or would have.
    init(_ lock: Lock, at path: String, _ changes: LockChanges?, isWritten: Bool, isDryRun: Bool) {
        lockfile = path
        assets = lock.assets.count
        written = isWritten
        dryRun = isDryRun
        self.changes = (changes?.versions ?? []).map {
            Change(name: $0.name.text, removed: $0.removed.map(\.text), added: $0.added.map(\.text))
        }
        changedDependencies = (changes?.dependencies ?? []).map {
            Dependencies(asset: $0.pin.description, dependencies: $0.new.map(\.description))
        }
    }
}
