internal import AssetModel
internal import FileSystem
internal import Planning
internal import SpecFile

/// The lock beside a spec file.
struct SpecLock: Sendable {
    /// As messages name it; nil where there is none.
    let path: String?
    let mode: LockMode
    let upgrade: Upgrade
    /// What it pins; empty where there is no file.
    let lock: Lock
    /// Whether there is a file.
    let exists: Bool

    static let none = SpecLock(path: nil, mode: .none, upgrade: .nothing, lock: .empty, exists: false)

    private init(path: String?, mode: LockMode, upgrade: Upgrade, lock: Lock, exists: Bool) {
        self.path = path
        self.mode = mode
        self.upgrade = upgrade
        self.lock = lock
        self.exists = exists
    }

    /// Reads the lock beside the spec: `models.yaml` gives `models.lock`.
    ///
    /// - Parameter mends: whether entries that a merge mixed are no error, and only their versions are taken.
    static func read(
        besides spec: String, _ request: LockRequest, in system: VersioningSystem, mends: Bool = false
    ) throws(Problems) -> SpecLock {
        guard request.mode != .none else { return none }
        guard spec != "-" else {
            if request.mode == .update, request.upgrade == .nothing { return none }
            throw Problems([
                Problem(
                    code: "no-lock", message: "a spec from standard input has no lock beside it",
                    hint: "write the spec to a file, or give --no-lock", exitStatus: 64)
            ])
        }
        let path = path(besides: spec)
        guard let bytes = try contents(path) else {
            if request.mode == .update {
                return SpecLock(path: path, mode: .update, upgrade: request.upgrade, lock: .empty, exists: false)
            }
            throw Problems([
                Problem(
                    code: "no-lock", message: "there is no lock `\(path)`",
                    hint: "run `modelkit-assets lock \(spec)` and commit `\(path)`", exitStatus: 7)
            ])
        }
        let lock = try lock(bytes, path, in: system, mends: mends)
        return SpecLock(path: path, mode: request.mode, upgrade: request.upgrade, lock: lock, exists: true)
    }

    /// Reads the lock that a plan agrees with; there is none where the path is nil.
    static func read(at path: String?, in system: VersioningSystem) throws(Problems) -> SpecLock {
        guard let path else { return none }
        guard let bytes = try contents(path) else {
            throw Problems([
                Problem(
                    code: "no-lock", message: "the lock `\(path)`, which the plan was made with, is gone",
                    hint: "restore it, or plan again", exitStatus: 3)
            ])
        }
        let lock = try lock(bytes, path, in: system)
        return SpecLock(path: path, mode: .none, upgrade: .nothing, lock: lock, exists: true)
    }

    private static func lock(
        _ bytes: [UInt8], _ path: String, in system: VersioningSystem, mends: Bool = false
    ) throws(Problems) -> Lock {
        do throws(SpecReport) {
            return try LockFile.read(bytes, file: path, in: system, mends: mends)
        } catch {
            throw Problems(error.diagnostics.map(Problem.init))
        }
    }

    static func path(besides spec: String) -> String {
        for suffix in [".yaml", ".yml"] where spec.hasSuffix(suffix) { return spec.dropLast(suffix.count) + ".lock" }
        return spec + ".lock"
    }

    private static func contents(_ path: String) throws(Problems) -> [UInt8]? {
        do throws(FileError) {
            return try File.openForReading(path).readAll(limit: 257 << 20)
        } catch {
            if error.isMissing { return nil }
            throw Problems([
                Problem(code: "lock-file", message: "cannot read the lock `\(path)`: \(error.reason)", exitStatus: 3)
            ])
        }
    }

    func upgrading(_ upgrade: Upgrade) -> SpecLock {
        SpecLock(path: path, mode: .update, upgrade: upgrade, lock: lock, exists: exists)
    }

    // MARK: Writing

    /// Puts the lock in place, whole or not at all. Keeps the mode of the one that it replaces.
    func write(_ lock: Lock) throws(Problems) {
        guard let path else { return }
        do throws(FileError) {
            try WholeFile.write(Array(LockFile.text(of: lock).utf8), to: path)
        } catch {
            throw Problems([
                Problem(
                    code: "lock-file", message: "cannot write the lock `\(path)`: \(error.reason)",
                    hint: "make its folder writable; or commit the lock and give --locked, or give --no-lock",
                    exitStatus: 9)
            ])
        }
    }
}
