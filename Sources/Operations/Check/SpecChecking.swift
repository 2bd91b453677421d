package import AssetModel
internal import Catalog
package import ObjectStore
internal import Planning
internal import StoreTransport

/// Whether what a spec asks for is there: versions that meet it, and of each of their files the first byte.
package struct SpecFindings: Sendable {
    /// As messages name it.
    package let file: String
    package let entries: Int
    /// What is wanted; empty where versions could not be chosen.
    package let assets: [AssetPin]
    /// How many files could be read.
    package let readable: Int
    /// Why entries come to nothing.
    package let faults: [Fault]
    /// Assets of which files cannot be read: how many, and why the first of them cannot.
    package let unreadable: [(pin: AssetPin, files: Int, error: StoreError)]
}

struct SpecChecking: Sendable {
    let workspace: Workspace
    let request: SpecRequest
    let retries: RetryLog

    /// How many files are asked for at the same time.
    private static let window = 32

    func check() async -> SpecFindings {
        do throws(Faults) {
            return await check(try Session(workspace, request, retries: retries))
        } catch {
            return findings(faults: error.list)
        }
    }

    private func check(_ session: Session) async -> SpecFindings {
        let resolved: Resolved
        switch await Planner(session: session, groups: request.groups).resolve() {
        case .failure(let faults): return findings(faults: faults.list)
        case .success(let success): resolved = success
        }
        // Whatever is in the assets directory: it is the store that is asked about.
        let builder = PlanBuilder(facts: resolved.facts, forceDownload: true, fetches: session.store != nil)
        let (plan, failures) = await builder.plan(resolved.wanted)
        let reading = await read(plan, from: session.store)
        return SpecFindings(
            file: workspace.manifest.file, entries: resolved.wanted.entries.count,
            assets: resolved.wanted.choices.map(\.pin), readable: reading.readable,
            faults: failures.map { [.planning($0)] } ?? [], unreadable: reading.unreadable)
    }

    private func findings(faults: [Fault]) -> SpecFindings {
        SpecFindings(
            file: workspace.manifest.file, entries: workspace.manifest.entries.count, assets: [], readable: 0,
            faults: faults, unreadable: [])
    }

    // MARK: Files

    private func read(
        _ plan: Plan, from store: (any ObjectStore)?
    ) async -> (readable: Int, unreadable: [(pin: AssetPin, files: Int, error: StoreError)]) {
        guard let store else { return (0, []) }
        let keys = plan.steps.map { step in
            (step.content?.objects ?? []).map { ObjectKey(of: step.pin, path: $0.path) }
        }
        let results = await concurrentMap(keys.flatMap(\.self), window: Self.window) {
            await readFirstByte(of: $0, store)
        }
        var rest = results[...]
        var unreadable: [(pin: AssetPin, files: Int, error: StoreError)] = []
        for (step, keys) in zip(plan.steps, keys) {
            let errors = rest.prefix(keys.count).compactMap { result in
                if case .failure(let error) = result { error } else { nil }
            }
            rest = rest.dropFirst(keys.count)
            if let first = errors.first { unreadable.append((step.pin, errors.count, first)) }
        }
        return (results.count - unreadable.reduce(0) { $0 + $1.files }, unreadable)
    }

    private func readFirstByte(of key: ObjectKey, _ store: any ObjectStore) async -> Result<Bool, StoreError> {
        do throws(StoreError) {
            let download = try await store.get(key, GetOptions(range: 0..<1))
            // Read to its end, so that the connection serves the next.
            if case .stream(let chunks) = download.body {
                do { for try await _ in chunks {} } catch { throw StoreError(reading: key, in: store, error) }
            }
            return .success(true)
        } catch {
            // An empty file has no first byte.
            return error.kind == .invalidRange ? .success(true) : .failure(error)
        }
    }
}

extension StoreError {
    fileprivate init(reading key: ObjectKey, in store: any ObjectStore, _ error: any Error) {
        self =
            error as? StoreError
            ?? StoreError(.unavailable, operation: .get, address: store.address(of: key), detail: "\(error)")
    }
}
