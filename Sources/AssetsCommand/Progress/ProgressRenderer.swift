internal import Execution
internal import Terminal

/// A way to show progress: values in, lines out. The model that is handed in has seen the event.
protocol ProgressRenderer: Sendable {
    /// Lines to print for good because of an event.
    mutating func lines(for event: ExecutionEvent, _ moment: ProgressMoment) -> [String]
    /// Lines to print for good because time passes.
    mutating func linesOfTick(_ moment: ProgressMoment) -> [String]
    /// Lines to show until the next draw.
    func frame(_ moment: ProgressMoment, in size: TerminalSize) -> [String]
}

/// How far a run is, and when.
struct ProgressMoment: Sendable {
    var model: ProgressModel
    /// Seconds since the run began.
    var time: Double
    /// What the store is waited for, in words.
    var wait: String?

    /// What keeps the run from getting on: the store, or that for this long nothing arrives.
    var trouble: String? {
        wait ?? model.silence(at: time).flatMap { $0 >= 1 ? "waiting for data (\(Units.duration($0)))" : nil }
    }

    var rate: String? { model.rate(at: time).map(Units.rate) }
    /// `34.1 MB in 1.2s`: what the asset came to that ended just now; nil where nothing of it was fetched.
    var costOfLastEnded: String? {
        model.lastEnded.map { "\(Units.bytes($0.bytes)) in \(Units.duration(time - $0.start))" }
    }

    var timeLeft: String? { model.timeLeft(at: time).map(Units.duration) }
}

extension ProgressRenderer {
    mutating func linesOfTick(_ moment: ProgressMoment) -> [String] { [] }
    func frame(_ moment: ProgressMoment, in size: TerminalSize) -> [String] { [] }
}
