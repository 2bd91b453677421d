package import AssetModel
internal import FileSystem
package import Planning
internal import SpecFile

/// The lock beside a spec file.
package struct SpecLock: Sendable {
    /// As messages name it; nil where there is none.
    package let path: String?
    package let mode: LockMode
    package let upgrade: Upgrade
    /// What it pins; empty where there is no file.
    package let lock: Lock
    /// Whether there is a file.
    package let exists: Bool

    package static let none = SpecLock(path: nil, mode: .none, upgrade: .nothing, lock: .empty, exists: false)

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
    package static func read(
        besides spec: String, _ request: LockRequest, in system: VersioningSystem, mends: Bool = false
    ) throws(Faults) -> SpecLock {
        guard request.mode != .none else { return none }
        guard spec != "-" else {
            if request.mode == .update, request.upgrade == .nothing { return none }
            throw Faults(.lock(.besideStandardInput))
        }
        let path = path(besides: spec)
        guard let bytes = try contents(path) else {
            if request.mode == .update {
                return SpecLock(path: path, mode: .update, upgrade: request.upgrade, lock: .empty, exists: false)
            }
            throw Faults(.lock(.missing(path: path, spec: spec)))
        }
        let lock = try lock(bytes, path, in: system, mends: mends)
        return SpecLock(path: path, mode: request.mode, upgrade: request.upgrade, lock: lock, exists: true)
    }

    /// Reads the lock that a plan agrees with; there is none where the path is nil.
    package static func read(at path: String?, in system: VersioningSystem) throws(Faults) -> SpecLock {
        guard let path else { return none }
        guard let bytes = try contents(path) else {
            throw Faults(.lock(.ofPlanIsGone(path: path)))
        }
        let lock = try lock(bytes, path, in: system)
        return SpecLock(path: path, mode: .none, upgrade: .nothing, lock: lock, exists: true)
    }

    private static func lock(
        _ bytes: [UInt8], _ path: String, in system: VersioningSystem, mends: Bool = false
    ) throws(Faults) -> Lock {
        do throws(SpecReport) {
            return try LockFile.read(bytes, file: path, in: system, mends: mends)
        } catch {
            throw Faults(error.diagnostics.map(Fault.diagnostic))
        }
    }

    package static func path(besides spec: String) -> String {
        for suffix in [".yaml", ".yml"] where spec.hasSuffix(suffix) { return spec.dropLast(suffix.count) + ".lock" }
        return spec + ".lock"
    }

    private static func contents(_ path: String) throws(Faults) -> [UInt8]? {
        do throws(FileError) {
            return try File.openForReading(path).readAll(limit: 257 << 20)
        } catch {
            if error.isMissing { return nil }
            throw Faults(.lock(.unreadable(error, path: path)))
        }
    }

    func upgrading(_ upgrade: Upgrade) -> SpecLock {
        SpecLock(path: path, mode: .update, upgrade: upgrade, lock: lock, exists: exists)
    }

    // MARK: Writing

    /// Puts the lock in place, whole or not at all. Keeps the mode of the one that it replaces.
    func write(_ lock: Lock) throws(Faults) {
        guard let path else { return }
        do throws(FileError) {
            try WholeFile.write(Array(LockFile.text(of: lock).utf8), to: path)
        } catch {
            throw Faults(.lock(.unwritable(error, path: path)))
        }
    }
}
