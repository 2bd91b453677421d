package import ArgumentParser

/// The program. Each command is a file in `Commands/`.
package struct ModelkitAssets: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "modelkit-assets",
        abstract: "Put the assets that a build needs into MODELKIT_ASSETS_DIR.",
        discussion: """
            A YAML file, assets.yaml, says which assets and versions are wanted. They are resolved against a store that is \
            laid out as Python modelkit does, planned in the order of their dependencies, and fetched.

            EXAMPLE
              export MODELKIT_ASSETS_DIR=/srv/assets
              export MODELKIT_STORAGE_PROVIDER=local
              export MODELKIT_STORAGE_BUCKET=/srv/store
              modelkit-assets resolve assets.yaml

            EXIT STATUS
              0         success
              1         other error
              3         invalid spec or storage configuration
              4         credentials or permissions
              5         an asset, version or dependency cannot be resolved
              6         content does not match its digest
              7         --locked, and the lockfile would have to change
              8         the store is unreachable or keeps failing
              9         local file system error: assets directory, cache, disk
              64        usage
              130, 143  interrupted
            """,
        version: version,
        subcommands: [
            AddCommand.self, RemoveCommand.self, UpgradeCommand.self,
            ResolveCommand.self, PlanCommand.self, ApplyCommand.self, LockCommand.self, CheckCommand.self,
            FetchCommand.self, NewCommand.self, UpdateCommand.self,
            AnnotateCommand.self,
            ListCommand.self,
            ShowCommand.self, TreeCommand.self, WhyCommand.self, OutdatedCommand.self, CacheKeyCommand.self,
            VerifyCommand.self, PruneCommand.self,
            CacheCommand.self, InitCommand.self, SchemaCommand.self,
        ])

    package init() {}
}

extension ModelkitAssets {
    /// Reads the process's arguments, runs what they say and exits.
    package static func start() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch {
            guard let problem = Problem(usage: error) else { exit(withError: error) }
            Shell().complain([problem])
            exit(withError: ExitCode(problem.exitStatus))
        }
    }
}
