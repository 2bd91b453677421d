internal import FileSystem
internal import Operations
internal import StoreProviders
internal import StoreTransport
internal import Terminal
internal import Words

/// Puts assets in place until that is done or a signal interrupts it, and tells what came of it.
struct FetchRunner: Sendable {
    let shell: Shell

    /// - Parameter open: opens what it works with.
    func resolve(_ request: Resolving.Request, _ open: @escaping @Sendable () throws(Faults) -> Session) async -> Run {
        await run { [shell] in
            do throws(Faults) {
                let session = try open()
                let result = await Resolving(session, shell).run(request)
                shell.tellRetries(of: session)
                return result
            } catch {
                return RunResult(error)
            }
        }
    }

    func apply(_ applying: Applying) async -> Run {
        await run { [shell] in
            let result = await applying.run()
            shell.tellRetries(of: applying.session)
            return result
        }
    }

    private func run(_ body: @escaping @Sendable () async -> RunResult) async -> Run {
        let (result, signal) = await Interruption.cancelling(lastWords: shell.lastWords, body)
        return Run(result).interrupted(by: signal)
    }

    // MARK: The report

    /// Prints what came of it.
    ///
    /// - Returns: the exit status.
    func report(_ run: Run, _ format: ReportFormat) -> Int32 {
        shell.metrics?.note(run)
        let text = ReportText(run)
        if format == .json {
            if let document = try? JSONText.document(ReportDocument(run)) { shell.console.writeResult(document) }
        } else {
            shell.console.writeResult(text.results(width: shell.resultWidth))
        }
        if format == .github { tellGitHub(run) }
        shell.summarize(run)
        return shell.exitStatus(run.exitStatus)
    }

    private func tellGitHub(_ run: Run) {
        let text = GitHubText(run)
        for line in text.annotations { shell.console.writeDiagnostic(line) }
        guard let path = shell.environment["GITHUB_STEP_SUMMARY"] else { return }
        do throws(FileError) {
            try File.openForAppending(path).append(text.summary)
        } catch {
            shell.warn(["cannot write the job summary to `\(error.path)`: \(error.reason)"])
        }
    }
}

extension Shell {
    /// What had to be sent again.
    func tellRetries(of session: Session) {
        if let summary = session.retries.summary { warn([summary]) }
    }
}
