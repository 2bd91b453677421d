internal import ArgumentParser
internal import AssetModel
internal import FileSystem
internal import Glibc
internal import Operations
internal import Planning
internal import Terminal
internal import Words

/// What a command speaks through: the terminal's two streams, and how they are to look.
struct Shell: Sendable {
    let console: Console
    let environment: ProcessEnvironment
    let options: Output
    let metrics: MetricsFile?
    let waits = Waits()
    let life: LifeSign
    /// Whether the command's result is a JSON document: then a failure is one too.
    let answersJSON: Bool

    struct Output: Sendable {
        let progress: ProgressMode
        /// Of standard output and of standard error.
        let resultStyle: Style
        let style: Style
        let isVerbose: Bool
        /// Whether each request is told of.
        let tellsRequests: Bool
        let isQuiet: Bool
    }

    init(_ options: OutputOptions, json: Bool = false, metrics: MetricsFile? = nil) {
        self.init(
            progress: options.progress, color: options.color, verbosity: options.verbose, isQuiet: options.quiet,
            json: json, metrics: metrics)
    }

    init(
        progress: ProgressChoice = .auto, color: ColorChoice = .auto, verbosity: Int = 0, isQuiet: Bool = false,
        json: Bool = false, metrics: MetricsFile? = nil
    ) {
        // A reader that went away is an error of the write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        // What is put in place has its mode from the moment it is made, whatever the caller's mask and whenever a kill.
        CreationMask.adopt()
        let environment = ProcessEnvironment.current()
        let console = Console()
        self.console = console
        self.environment = environment
        answersJSON = json
        self.metrics = metrics
        func style(_ isTerminal: Bool) -> Style {
            Style(isOn: color.isColored(environment: environment.variables, isTerminal: isTerminal))
        }
        options = Output(
            progress: progress.mode(
                isQuiet: isQuiet, environment: environment.variables, isTerminal: console.isErrorTerminal),
            resultStyle: style(console.isOutputTerminal), style: style(console.isErrorTerminal),
            isVerbose: verbosity > 0,
            tellsRequests: verbosity > 1, isQuiet: isQuiet)
        life = LifeSign(console, options.progress, waits)
    }

    /// The width that tables on standard output have to fit; nil where nothing has to.
    var resultWidth: Int? { console.isOutputTerminal ? console.size.columns : nil }

    /// Something that is neither a result nor an error; not said to the quiet.
    func remark(_ text: String) {
        if speaksJSON { return say([JSONDiagnostics.note(text)]) }
        if !options.isQuiet { console.writeDiagnostic(text) }
    }

    func warn(_ warnings: [String]) {
        if speaksJSON { return say(warnings.map(JSONDiagnostics.warning)) }
        for warning in warnings { remark(options.style.paint("warning", .yellow) + ": " + warning.escapedForTerminal) }
    }

    /// What a run came to, after its results.
    func summarize(_ run: Run) {
        if speaksJSON {
            say(run.warnings.map(JSONDiagnostics.warning) + run.problems.map(JSONDiagnostics.error))
            return say([JSONDiagnostics.finished(run)])
        }
        let text = ReportText(run, width: console.size.columns).summary(style: options.style)
        if !options.isQuiet || run.status != .done { console.writeDiagnostic(text) }
    }

    private var speaksJSON: Bool { options.progress == .json }

    private func say(_ lines: [String?]) {
        for line in lines.compactMap(\.self) { console.writeDiagnostic(line) }
    }

    func complain(_ problems: [Problem]) {
        if speaksJSON { return say(problems.map(JSONDiagnostics.error)) }
        console.writeDiagnostic(ProblemText(width: console.size.columns, style: options.style).render(problems))
    }

    /// For the moment before the process is ended the hard way.
    var lastWords: Interruption.Reaction { lastWords("interrupted: run again to resume") }

    func lastWords(_ text: String) -> Interruption.Reaction {
        { signal in
            console.endProgress()
            remark(text)
            answer(interruptedBy: signal)
        }
    }

    /// Runs what a command does, says what went wrong, and exits with the status of that.
    ///
    /// - Parameters:
    ///   - activity: what it does, where that takes long.
    ///   - body: returns the status of what it did.
    func exiting(_ activity: String = "resolving", _ body: () async throws -> Int32) async throws -> Never {
        // The default action of a signal leaves no document, and in a terminal no cursor.
        let code =
            answersJSON || options.progress == .tty
            ? await Interruption.ending(after: end) { await status(of: body, activity) }
            : await status(of: body, activity)
        writeMetrics(code)
        throw ExitCode(code)
    }

    private func writeMetrics(_ status: Int32) {
        do throws(FileError) {
            try metrics?.write(exitStatus: status, retries: waits.retries)
        } catch {
            warn([Problem(error).message])
        }
    }

    @Sendable private func end(by signal: CInt) {
        console.endProgress()
        answer(interruptedBy: signal)
    }

    private func status(of body: () async throws -> Int32, _ activity: String) async -> Int32 {
        do {
            return exitStatus(try await life.whileShowing(activity, body))
        } catch let faults as Faults {
            return failing(Problems(faults))
        } catch let problems as Problems {
            return failing(problems)
        } catch {
            return failing(Problems([.wording(error)]))
        }
    }

    private func failing(_ problems: Problems) -> Int32 {
        answer(problems.list)
        complain(problems.list)
        return problems.exitStatus
    }

    /// The status that a command exits with after its results were written.
    func exitStatus(_ status: Int32) -> Int32 {
        guard status == 0, let failure = console.resultFailure else { return status }
        complain([Problem(failure)])
        return 1
    }
}
