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
        case .removed(let pins, let bytes):
            remark("removed \(enumeration(pins.map(\.description))) (\(Units.bytes(bytes)) freed)")
        case .locked(let changes): for line in changes.lines { remark(line) }
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
