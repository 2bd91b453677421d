internal import ArgumentParser
internal import AssetModel
internal import FileSystem
internal import Glibc
internal import Operations
internal import Planning
internal import Terminal

/// What a command speaks through: the terminal's two streams, and how they are to look.
struct Shell: Sendable {
    let console: Console
    let environment: ProcessEnvironment
    let options: Output

    struct Output: Sendable {
        let progress: ProgressMode
        /// Of standard output and of standard error.
        let resultStyle: Style
        let style: Style
        let isVerbose: Bool
        let isQuiet: Bool
    }

    init(_ options: OutputOptions) {
        self.init(
            progress: options.progress, color: options.color, isVerbose: options.verbose, isQuiet: options.quiet)
    }

    init(
        progress: ProgressChoice = .auto, color: ColorChoice = .auto, isVerbose: Bool = false, isQuiet: Bool = false
    ) {
        // A reader that went away is an error of the write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        // What is put in place has its mode from the moment it is made, whatever the caller's mask and whenever a kill.
        CreationMask.adopt()
        let (console, environment) = (Console(), ProcessEnvironment.current())
        self.console = console
        self.environment = environment
        func style(_ isTerminal: Bool) -> Style {
            Style(isOn: color.isColored(environment: environment.variables, isTerminal: isTerminal))
        }
        options = Output(
            progress: progress.mode(
                isQuiet: isQuiet, environment: environment.variables, isTerminal: console.isErrorTerminal),
            resultStyle: style(console.isOutputTerminal), style: style(console.isErrorTerminal), isVerbose: isVerbose,
            isQuiet: isQuiet)
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
    var lastWords: @Sendable () -> Void { lastWords("interrupted: run again to resume") }

    func lastWords(_ text: String) -> @Sendable () -> Void {
        {
            console.clearProgress()
            remark(text)
        }
    }

    /// Runs what a command does, says what went wrong, and exits with the status of that.
    ///
    /// - Parameter body: returns the status of what it did.
    func exiting(_ body: () async throws -> Int32) async throws -> Never {
        let status: Int32
        do {
            status = exitStatus(try await body())
        } catch let faults as Faults {
            status = failing(Problems(faults))
        } catch let problems as Problems {
            status = failing(problems)
        } catch {
            let problem = Problem.wording(error)
            complain([problem])
            status = problem.exitStatus
        }
        throw ExitCode(status)
    }

    private func failing(_ problems: Problems) -> Int32 {
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
