internal import ArgumentParser
internal import Operations

/// Executes a saved plan.
struct ApplyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "apply",
        abstract: "Do what a saved plan says, if the world still is as it assumes.",
        discussion: """
            The plan is one that `plan --output` wrote. Where an object or what stands in the assets directory has changed since \
            then, nothing is done, and what changed is said. One that was interrupted is gone on with when it is applied again.

            EXAMPLE
              modelkit-assets plan --output plan.json assets.yaml
              modelkit-assets apply plan.json
            """)

    @Argument(help: ArgumentHelp("The saved plan.", valueName: "plan"))
    var plan: String

    @OptionGroup var store: StoreOptions
    @OptionGroup var fetch: FetchOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("text or json.", valueName: "format"))
    var format = ResultFormat.text

    func run() async throws {
        let shell = Shell(output)
        try await shell.exiting {
            let saved = try SavedPlan(at: plan)
            var flags = store.flags
            fetch.apply(to: &flags)
            let applying = try shell.begin(.defaultSpec, flags) { (workspace, retries) throws(Faults) in
                try Applying(
                    saved, workspace, missingDirectory: fetch.createAssetsDir ? .isMade : .isAnError, retries: retries,
                    shell)
            }
            try await applying.begin()
            let running = Running(shell: shell)
            let status = running.report(await running.apply(applying), format == .json ? .json : .text)
            if status == 0 { applying.finish() }
            return status
        }
    }
}
