internal import ArgumentParser
internal import AssetModel
internal import Execution
internal import Operations
internal import Terminal
internal import Words

/// The cache as one file.
struct CacheExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the cache, or what a lockfile names of it, to one file",
        discussion: """
            The file is a tar archive; the same entries give the same file.

            EXAMPLE
              modelkit-assets cache export assets.tar --spec assets.yaml
              modelkit-assets cache export - | zstd > cache.tar.zst
            """)

    @Argument(help: ArgumentHelp("File to write; - for standard output", valueName: "file"), completion: .file())
    var file: String

    @Option(
        help: ArgumentHelp("Export only the files that the lockfile of this spec names", valueName: "spec"),
        completion: .spec)
    var spec: String?

    @OptionGroup var about: CacheSubject

    func validate() throws {
        if file == CacheArchiving.standardStream, about.format == .json {
            throw ValidationError("the archive and --format json cannot both be written to standard output")
        }
    }

    func run() async throws {
        let shell = about.shell
        try await shell.exiting("exporting") {
            let lock = try spec.map { (spec) throws(Faults) in
                let workspace = try Workspace(spec: spec, flags: SettingFlags(), environment: shell.environment)
                return try SpecLock.read(
                    besides: spec, LockRequest(mode: .frozen), in: workspace.settings.versioning.value)
            }
            let (extent, missing, faults) = try CacheArchiving(about.setting(shell), file).export(lock)
            shell.warn(faults.map(\.exportWords))
            if missing > 0 {
                let (are, them) = missing == 1 ? ("is", "it") : ("are", "them")
                shell.warn([
                    "\(Units.count(missing, "file")) of the lockfile \(are) not in the cache and \(are) missing from the "
                        + "archive: to add \(them), run `modelkit-assets resolve` with an empty assets directory"
                ])
            }
            try about.report(
                CacheDocument("export", extent), "exported \(about.words(extent))", shell,
                isResult: about.format == .json)
            return 0
        }
    }
}

struct CacheImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Add the entries of an exported file to the cache",
        discussion: """
            Each entry is verified before it is added.

            EXAMPLE
              modelkit-assets cache import assets.tar --if-exists
              zstd -dc cache.tar.zst | modelkit-assets cache import -
            """)

    @Argument(help: ArgumentHelp("File to read; - for standard input", valueName: "file"), completion: .file())
    var file: String

    @Flag(help: "Import nothing, and succeed, if the file does not exist")
    var ifExists = false

    @OptionGroup var about: CacheSubject

    func run() async throws {
        let shell = about.shell
        try await shell.exiting("importing") {
            let imported = try CacheArchiving(about.setting(shell), file).importing(ifExists: ifExists)
            let extent = imported?.extent ?? ContentCache.Extent()
            try about.report(CacheDocument("import", extent), words(imported), shell, isResult: true)
            return 0
        }
    }

    private func words(_ imported: CacheArchiving.Imported?) -> String {
        guard let (extent, present) = imported else { return "no archive `\(file)`: nothing was imported" }
        if extent.entries == 0, present > 0 {
            return "imported 0 entries, \(present) \(present == 1 ? "was" : "were") there"
        }
        return "imported \(about.words(extent))"
    }
}
