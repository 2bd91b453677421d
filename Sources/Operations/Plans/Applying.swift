internal import AssetModel
internal import Execution
internal import FileSystem
package import Planning
package import StoreTransport

/// A plan that was saved in a file.
package struct SavedPlan: Sendable {
    package let path: String
    let unsealed: UnsealedPlan
    let bytes: [UInt8]

    /// More than a plan of a million files has.
    private static let readLimit = 1 << 30

    package init(at path: String) throws(Faults) {
        self.path = path
        do throws(FileError) {
            bytes = try File.openForReading(path).readToEnd(limit: Self.readLimit)
        } catch {
            throw Faults(.plan(.unreadable(error, path: path)))
        }
        unsealed = try UnsealedPlan(SealedPlan.read(bytes, file: path), file: path)
    }
}

/// Does what a saved plan says, where the world still is as it assumes.
package struct Applying: Sendable {
    package let session: Session
    private let saved: SavedPlan
    private let observer: any OperationObserver

    package init(
        _ saved: SavedPlan, _ workspace: Workspace, missingDirectory: MissingDirectory, retries: RetryLog,
        _ observer: any OperationObserver
    ) throws(Faults) {
        self.saved = saved
        self.observer = observer
        let lock = try SpecLock.read(at: saved.unsealed.sealed.lock, in: workspace.settings.versioning.value)
        session = try Session(workspace, lock: lock, missingDirectory: missingDirectory, retries: retries)
    }

    package var plan: Plan { saved.unsealed.plan }

    private var underWay: PlanUnderWay? { session.directory.map { PlanUnderWay(saved.bytes, in: $0) } }

    /// Compares the world with the plan.
    ///
    /// - Throws: also everything that changed since it was made.
    package func compare() async throws(Faults) {
        let isUnderWay = try noted { () throws(FileError) in try underWay?.isNoted() } ?? false
        let changes = try await PlanComparison(session: session).changes(
            since: saved.unsealed.sealed, plan, isUnderWay: isUnderWay)
        guard changes.isEmpty else { throw Faults(.plan(.outdated(changes, path: saved.path))) }
    }

    /// Notes that it is under way.
    package func begin() throws(Faults) {
        if !plan.isFulfilled { try noted { () throws(FileError) in try underWay?.note() } }
    }

    package func run() async -> RunResult { await Resolving(session, observer).execute(plan) }

    /// Forgets that it is under way, and tidies up: all of it is done.
    package func finish() {
        guard let directory = session.directory else { return }
        do throws(FileError) {
            try PlanUnderWay.forget(in: directory)
            try Housekeeping(directory: directory, fixedTime: session.settings.sourceDate?.value).tidy(plan)
        } catch {
            // What was asked for is done: the next run tidies what cannot be tidied now.
        }
    }

    private func noted<Value>(_ body: () throws(FileError) -> Value) throws(Faults) -> Value {
        do throws(FileError) {
            return try body()
        } catch {
            throw Faults(.file(error))
        }
    }
}
