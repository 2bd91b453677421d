internal import Execution
internal import Synchronization
internal import Terminal

/// Shows what happens while something runs.
///
/// Events come from many tasks and only change a value; one child task writes, ten times a second. So an event waits
/// for no reader, and a terminal sees whole frames.
///
/// A class because it is the one place that the events of a run meet.
final class ProgressReporter: Sendable {
    /// Often enough for a bar to look alive.
    static let interval = Duration.milliseconds(100)

    private struct State {
        var renderer: any ProgressRenderer
        var moment: ProgressMoment
        var lines: [String] = []
    }

    private let console: Console
    private let clock: ProgressClock
    private let isShown: Bool
    private let waits: Waits
    private let state: Mutex<State>

    init(
        _ mode: ProgressMode, _ model: ProgressModel, console: Console, style: Style, waits: Waits = Waits(),
        clock: ProgressClock = .continuous()
    ) {
        self.console = console
        self.clock = clock
        self.waits = waits
        let moment = ProgressMoment(model: model, time: 0)
        isShown = mode != .none
        state = Mutex(State(renderer: renderer(for: mode, style: style), moment: moment))
    }

    /// Runs `body` with a receiver of events and shows them until it returns or throws. When the task is cancelled
    /// nothing more is drawn, and what was drawn is cleared at once.
    func whileShowing<Result>(
        _ body: (@Sendable @escaping (ExecutionEvent) -> Void) async throws -> Result
    ) async rethrows -> Result {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await self.draw() }
            defer { finish() }
            let result = try await body { self.receive($0) }
            group.cancelAll()
            return result
        }
    }

    private func receive(_ event: ExecutionEvent) {
        guard isShown else { return }
        let time = clock.now()
        state.withLock { state in
            state.moment.time = time
            state.moment.model.apply(event, at: time)
            state.lines += state.renderer.lines(for: event, state.moment)
        }
    }

    private func draw() async {
        guard isShown else { return }
        while !Task.isCancelled {
            drawOnce()
            // Throws when the task is cancelled, which ends the loop.
            try? await clock.pause()
        }
        console.clearProgress()
    }

    private func drawOnce() {
        let (lines, frame) = takeLines(in: console.size)
        console.showProgress(lines, frame: frame)
    }

    private func takeLines(in size: TerminalSize) -> (lines: [String], frame: [String]) {
        let (time, wait) = (clock.now(), waits.words())
        return state.withLock { state in
            state.moment.time = time
            state.moment.wait = wait
            let lines = state.lines + state.renderer.linesOfTick(state.moment)
            state.lines = []
            return (lines, state.renderer.frame(state.moment, in: size))
        }
    }

    // What was said since the last draw is printed; the bars are not.
    private func finish() {
        let lines = state.withLock { state in
            defer { state.lines = [] }
            return state.lines
        }
        if !lines.isEmpty { console.showProgress(lines) }
        console.finishProgress()
    }
}

/// The time of a run, and the pause between two draws.
struct ProgressClock: Sendable {
    /// Seconds since the run began.
    let now: @Sendable () -> Double
    /// Throws when the task is cancelled.
    let pause: @Sendable () async throws -> Void

    static func continuous() -> ProgressClock {
        let clock = ContinuousClock()
        let start = clock.now
        return ProgressClock(
            now: { (clock.now - start) / .seconds(1) },
            pause: { try await clock.sleep(for: ProgressReporter.interval) })
    }
}

private func renderer(for mode: ProgressMode, style: Style) -> any ProgressRenderer {
    switch mode {
    case .tty: BarsRenderer(style: style)
    case .plain: PlainRenderer()
    case .json: JSONRenderer()
    case .none: SilentRenderer()
    }
}

private struct SilentRenderer: ProgressRenderer {
    func lines(for event: ExecutionEvent, _ moment: ProgressMoment) -> [String] { [] }
}
