internal import AssetModel
internal import Execution
internal import Operations
internal import Terminal
internal import Words

/// What an operation does is shown and said.
extension Shell: OperationObserver {
    func observe(_ event: OperationEvent) {
        switch event {
        case .warnings(let warnings): warn(warnings.sentences)
        case .locked(let changes, let lock): for line in changes.lines(in: lock) { remark(line) }
        case .removed(let pins, let freed, let linked):
            let room = FreedRoom(freed, linked: linked).freed
            remark("removed \(enumeration(pins.map(\.description))) (\(room))")
        case .pinned(let count, let lock): remark("recorded the SHA-256 of \(Units.count(count, "file")) in \(lock)")
        }
    }

    func observing<Value>(
        _ transfer: Transfer, _ body: (@Sendable @escaping (ExecutionEvent) -> Void) async throws -> Value
    ) async rethrows -> Value {
        let model =
            switch transfer {
            case .fetch(let plan): ProgressModel(plan)
            case .push: ProgressModel.push
            case .pack(let assets): ProgressModel(.packing, assets)
            case .send(let assets): ProgressModel(.pushing, assets)
            }
        let reporter = ProgressReporter(
            options.progress, model, console: console, style: options.style, waits: waits)
        return try await life.paused(then: "finishing") { try await reporter.whileShowing(body) }
    }
}
