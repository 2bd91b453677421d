internal import Synchronization
internal import Terminal

/// Shows that a command is at work while nothing else does: while it resolves, asks the store or reads files.
///
/// ```
/// resolving  3.2s
/// waiting for 127.0.0.1:9000 (2.9s)
/// ```
///
/// In a log it is a line once that takes long, and another now and then.
///
/// A class because what shows transfers takes its place, from wherever that begins.
final class LifeSign: Sendable {
    /// How long nothing is shown in a terminal: what is over sooner needs no sign.
    private static let patience = Duration.milliseconds(300)
    /// The same in a log, of work on the network and of any other.
    private static let logPatience = (network: Duration.milliseconds(800), local: Duration.seconds(2))

    private struct State {
        var activity = ""
        var start = ContinuousClock.now
        /// When the next line in a log is due, after the start; nil for the first.
        var nextLine: Duration?
        /// How many others are showing something.
        var pauses = 1
    }

    private let console: Console
    private let mode: ProgressMode
    private let waits: Waits
    private let state = Mutex(State())

    init(_ console: Console, _ mode: ProgressMode, _ waits: Waits) {
        self.console = console
        self.mode = mode
        self.waits = waits
    }

    /// - Parameter activity: `resolving`
    func whileShowing<Result>(_ activity: String, _ body: () async throws -> Result) async rethrows -> Result {
        guard mode != .none else { return try await body() }
        begin(activity)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.draw() }
            defer { end() }
            let result = try await body()
            group.cancelAll()
            return result
        }
    }

    /// Something else shows that the command is at work, or asks a person.
    ///
    /// - Parameter activity: what is done after that; nil for the same as before.
    func paused<Result>(then activity: String? = nil, _ body: () async throws -> Result) async rethrows -> Result {
        let before = state.withLock { $0.activity }
        end()
        defer { begin(activity ?? before) }
        return try await body()
    }

    private func begin(_ activity: String) {
        state.withLock { state in
            state = State(activity: activity, pauses: state.pauses - 1)
        }
    }

    private func end() {
        state.withLock { state in
            state.pauses += 1
            console.clearProgress()
        }
    }

    private func draw() async {
        while !Task.isCancelled {
            // Throws when the task is cancelled, which ends the loop.
            try? await Task.sleep(for: ProgressReporter.interval)
            state.withLock { state in
                if state.pauses == 0, !Task.isCancelled { show(&state) }
            }
        }
    }

    private func show(_ state: inout State) {
        let elapsed = ContinuousClock.now - state.start
        let time = Units.duration(elapsed / .seconds(1))
        guard mode != .tty else {
            guard elapsed >= Self.patience else { return }
            let width = max(1, console.size.columns - 3)
            let lines = ["\(state.activity)  \(time)", waits.words()].compactMap(\.self)
            return console.showProgress([], frame: lines.map { TextWidth.truncatingEnd($0, to: width) })
        }
        let isFirst = state.nextLine == nil
        let patience = waits.isNetworkUsed ? Self.logPatience.network : Self.logPatience.local
        guard elapsed >= state.nextLine ?? patience else { return }
        state.nextLine = elapsed < .seconds(60) ? elapsed + .seconds(10) : elapsed * 2
        let trouble = waits.words().map { ": \($0)" } ?? ""
        let line = (isFirst ? state.activity : "still \(state.activity) (\(time))") + trouble
        console.showProgress([mode == .json ? JSONDiagnostics.note(line) : line].compactMap(\.self))
    }
}
