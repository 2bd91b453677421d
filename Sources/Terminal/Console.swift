package import FileSystem
internal import Glibc
internal import Synchronization

/// The only door to standard output and standard error. Expects SIGPIPE to be ignored.
///
/// | what | where | when nobody reads |
/// | --- | --- | --- |
/// | results | standard output | waits: they are written whole |
/// | diagnostics | standard error | waits, for `Console.patience` in all, and then goes on without |
/// | progress | standard error | never waits: keeps up to `Console.backlogLimit` bytes and drops what is more |
///
/// A class because it owns a descriptor and serialises those who write.
package final class Console: Sendable {
    /// How long diagnostics may wait for a reader, in all. Long enough for a busy `less`, short enough for a build
    /// whose log nobody drains.
    static let patience = Duration.seconds(2)
    /// How many bytes of progress may wait for a reader, so that one that reads in gulps misses nothing.
    static let backlogLimit = 1 << 20

    private struct ErrorState {
        var region = LiveRegion()
        /// Whether nothing is shown in place any more.
        var isOver = false
        /// Progress that was not taken yet.
        var backlog: ArraySlice<UInt8> = []
        var patience = Console.patience
        var isBroken = false
    }

    private struct ResultState {
        var isBegun = false
        /// `errno` of the write that failed.
        var code: CInt = 0
    }

    private let output: OutputDescriptor
    private let error: OutputDescriptor
    /// Set where `error` is this object's own.
    private let ownedDescriptor: CInt?
    private let results = Mutex(ResultState())
    private let state: Mutex<ErrorState>

    package let isOutputTerminal: Bool
    package let isErrorTerminal: Bool

    package init(output: CInt = 1, error: CInt = 2) {
        state = Mutex(ErrorState())
        let original = OutputDescriptor(error)
        ownedDescriptor = original.reopenedWithoutBlocking()
        self.output = OutputDescriptor(output)
        self.error = ownedDescriptor.map(OutputDescriptor.init) ?? original
        isOutputTerminal = self.output.isTerminal
        isErrorTerminal = original.isTerminal
    }

    deinit {
        if let ownedDescriptor { close(ownedDescriptor) }
    }

    /// The size of the window that standard error shows in, now.
    package var size: TerminalSize { error.size }

    /// Why results did not all arrive; nil as well where the reader closed the pipe, which is how `head` ends.
    package var resultFailure: FileError? {
        let code = results.withLock { $0.code }
        guard code != 0, code != EPIPE else { return nil }
        return FileError(path: "standard output", attempt: .writeTo, code: code)
    }

    // MARK: Writing

    /// Writes a result: all of it, or until a write fails, after which no more results are written.
    package func writeResult(_ text: String) {
        if isOutputTerminal { endProgress() }
        results.withLock { write(text, &$0) }
    }

    /// Writes a result where there was none, not even one that is being written just now.
    package func writeOnlyResult(_ text: String) {
        if isOutputTerminal { endProgress() }
        _ = results.withLockIfAvailable { state in
            if !state.isBegun { write(text, &state) }
        }
    }

    private func write(_ text: String, _ state: inout ResultState) {
        state.isBegun = true
        guard state.code == 0 else { return }
        state.code = output.writeWhole(Array(text.utf8)) ?? 0
    }

    /// Writes a diagnostic, and a line feed where it has none at its end, above the progress.
    package func writeDiagnostic(_ text: String) {
        let line = text.hasSuffix("\n") ? String(text.dropLast()) : text
        state.withLock { state in
            let frame = state.region.frame
            state.backlog += state.region.replace(with: [], above: [line]).utf8
            drainPatiently(&state)
            append(state.region.replace(with: frame), to: &state)
        }
    }

    /// Writes lines of progress for good, and shows others below them until the next call.
    package func showProgress(_ lines: [String], frame: [String] = []) {
        state.withLock { state in
            drain(&state)
            // A frame that nobody has read yet is not worth another one.
            guard state.backlog.isEmpty || !lines.isEmpty else { return }
            let frame = state.isOver ? [] : frame
            append(state.region.replace(with: frame, above: lines), to: &state)
        }
    }

    /// Takes the progress away and shows the cursor again.
    package func clearProgress() {
        state.withLock { state in
            guard !state.region.frame.isEmpty else { return }
            append(state.region.replace(with: []), to: &state)
        }
    }

    /// The same, for good: no frame is shown from now on.
    package func endProgress() {
        state.withLock { $0.isOver = true }
        clearProgress()
    }

    /// Gives the reader of the progress the time that diagnostics have, to take what it has not.
    package func finishProgress() {
        clearProgress()
        state.withLock { drainPatiently(&$0) }
    }

    // MARK: The backlog

    private func append(_ text: String, to state: inout ErrorState) {
        guard !state.isBroken, state.backlog.count + text.utf8.count <= Self.backlogLimit else { return }
        state.backlog += text.utf8
        drain(&state)
    }

    private func drain(_ state: inout ErrorState) {
        while !state.backlog.isEmpty, take(error.write(state.backlog, within: 0), &state) {}
    }

    private func drainPatiently(_ state: inout ErrorState) {
        let clock = ContinuousClock()
        drain(&state)
        while !state.backlog.isEmpty, state.patience > .zero {
            let start = clock.now
            let milliseconds = CInt(state.patience / .milliseconds(1)) + 1
            _ = take(error.write(state.backlog, within: milliseconds), &state)
            state.patience -= clock.now - start
        }
        state.backlog = []
    }

    /// Whether there was progress.
    private func take(_ outcome: OutputDescriptor.Outcome, _ state: inout ErrorState) -> Bool {
        switch outcome {
        case .wrote(let count):
            state.backlog = state.backlog.dropFirst(count)
            return true
        case .wouldBlock:
            return false
        case .failed:
            state.isBroken = true
            state.backlog = []
            return false
        }
    }
}
