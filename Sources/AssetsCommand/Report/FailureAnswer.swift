internal import Glibc
internal import Operations
internal import Terminal
internal import Words

extension Shell {
    /// The document of a command that failed before it had its own: the report of a run that came to nothing. Writes none
    /// where the command does not answer in JSON, or has written one.
    func answer(_ problems: [Problem]) {
        var run = Run()
        run.problems = problems
        answer(run)
    }

    func answer(interruptedBy signal: CInt) {
        var run = Run()
        run.interruption = Run.Interruption(rawValue: 128 + signal)
        answer(run)
    }

    private func answer(_ run: Run) {
        guard answersJSON, let text = try? JSONText.document(ReportDocument(run)) else { return }
        console.writeOnlyResult(text)
    }
}

/// Arguments that are not understood: no command has begun, and what it would have answered in is found in the arguments.
enum UsageAnswer {
    /// Writes the document for it where JSON is asked for.
    static func write(_ problem: Problem, _ arguments: [String]) {
        if wantsJSON(arguments) { Shell(json: true).answer([problem]) }
    }

    private static func wantsJSON(_ arguments: [String]) -> Bool {
        let options = arguments.prefix { $0 != "--" }
        return options.contains("--format=json")
            || zip(options, options.dropFirst()).contains { $0 == ("--format", "json") }
    }
}
