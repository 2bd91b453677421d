package import ArgumentParser
internal import Glibc
internal import Terminal
internal import Words

/// The program. Each command is a file in `Commands/`.
package struct ModelkitAssets: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "modelkit-assets",
        abstract: "Fetch versioned ML assets from S3, GCS or a folder into MODELKIT_ASSETS_DIR",
        discussion: """
            assets.yaml lists the assets and versions that a project needs. `modelkit-assets resolve` downloads them, pins them \
            in assets.lock, and lays them out for Python modelkit.

            EXAMPLE
              export MODELKIT_ASSETS_DIR=/srv/assets
              export MODELKIT_STORAGE_PROVIDER=s3 MODELKIT_STORAGE_BUCKET=acme-models
              modelkit-assets init
              modelkit-assets add nlp/tokenizer
              modelkit-assets resolve

            EXIT STATUS
              0         success
              1         other error
              3         invalid spec, lockfile or plan; invalid or missing storage settings
              4         credentials or permissions
              5         an asset, version or dependency cannot be resolved
              6         content does not match its digest
              7         --locked, and the lockfile would have to change
              8         the store is unreachable or keeps failing
              9         no assets directory or cache set, or a local file system error
              64        usage
              130, 143  interrupted
            """,
        groupedSubcommands: [
            CommandGroup(
                name: "Project",
                subcommands: [
                    InitCommand.self, AddCommand.self, RemoveCommand.self, UpgradeCommand.self, LockCommand.self,
                    ResolveCommand.self, PlanCommand.self, ApplyCommand.self, VerifyCommand.self, CheckCommand.self,
                    OutdatedCommand.self, TreeCommand.self, WhyCommand.self,
                ]),
            CommandGroup(name: "Asset", subcommands: [FetchCommand.self, ListCommand.self, ShowCommand.self]),
            CommandGroup(
                name: "Publishing",
                subcommands: [NewCommand.self, UpdateCommand.self, AnnotateCommand.self, ImageCommand.self]),
            CommandGroup(
                name: "Maintenance",
                subcommands: [PruneCommand.self, CacheCommand.self, CacheKeyCommand.self, SchemaCommand.self]),
        ])

    @Flag(name: [.customShort("V"), .customLong("version")], help: "Print the version")
    var showsVersion = false

    package init() {}

    package func validate() throws {
        if showsVersion { throw CleanExit.message(Self.version) }
    }
}

extension ModelkitAssets {
    /// Reads the process's arguments, runs what they say and exits.
    package static func start() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        // The parser asks the Swift runtime about each type of its own, which takes most of the time of a run so short.
        if arguments == ["--version"] || arguments == ["-V"] { tell(version) }
        let path = CommandPath(arguments)
        if let problem = Problem(unknownCommandIn: path) { refuse(problem, arguments) }
        do {
            var command = try await asyncParseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            end(with: error, of: path, arguments)
        }
    }

    /// Help, versions and completions are thrown too.
    private static func end(with error: any Error, of path: CommandPath, _ arguments: [String]) -> Never {
        // A command has said all by then, and the parser would look for words first.
        if let code = error as? ExitCode { Glibc.exit(code.rawValue) }
        switch exitCode(for: error) {
        case .success: tell(fullMessage(for: error, columns: HelpText.unwrapped))
        case .validationFailure: refuse(Problem(usage: message(for: error), in: path), arguments)
        default: exit(withError: error)
        }
    }

    private static func tell(_ text: String) -> Never {
        let shell = Shell()
        let help = HelpText(text)?.rendered(width: min(max(shell.resultWidth ?? 80, 20), 100))
        shell.console.writeResult((help ?? text) + "\n")
        Glibc.exit(shell.exitStatus(0))
    }

    private static func refuse(_ problem: Problem, _ arguments: [String]) -> Never {
        UsageAnswer.write(problem, arguments)
        Shell().complain([problem])
        Glibc.exit(problem.exitStatus)
    }
}
