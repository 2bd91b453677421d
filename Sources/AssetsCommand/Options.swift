internal import AssetModel
internal import ArgumentParser
internal import Operations

/// Which cache.
struct CacheOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Shared download cache [env: MODELKIT_ASSETS_CACHE_DIR] [default: none]", valueName: "dir"),
        completion: .directory)
    var cacheDir: String?

    var flag: Setting<String>? { .flag("--cache-dir", cacheDir) }
}

/// How a run that fetches goes.
struct FetchOptions: ParsableArguments {
    @Flag(help: "Create the assets directory if it does not exist")
    var createAssetsDir = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Concurrent requests, 1 to 1024 [default: adaptive]", valueName: "n"))
    var jobs: Int?

    @OptionGroup var transfer: TransferOptions
    @OptionGroup var cache: CacheOptions

    /// With what the flags of the store say.
    func flags(_ store: StoreOptions, forceDownload: Bool) -> SettingFlags {
        var flags = store.flags
        flags.forceDownload = .flag("--force-download", forceDownload ? true : nil)
        apply(to: &flags)
        return flags
    }

    /// The settings of a run that fetches, whatever decided on what.
    func apply(to flags: inout SettingFlags) {
        flags.jobs = .flag("--jobs", jobs)
        flags.cacheDirectory = cache.flag
        transfer.apply(to: &flags)
    }

    func validate() throws {
        if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs must be between 1 and 1024") }
    }
}

/// What a run that fetches takes of the network and the disk.
struct TransferOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Limit the download rate over all connections, e.g. 200MB/s [env: MODELKIT_ASSETS_MAX_RATE]",
            valueName: "rate"))
    var maxRate: ByteRate?

    @Flag(help: "Skip the free space check, for file systems that report it wrongly")
    var noSpaceCheck = false

    func apply(to flags: inout SettingFlags) {
        flags.maxRate = .flag("--max-rate", maxRate?.bytesPerSecond)
        flags.skipsSpaceCheck = noSpaceCheck
    }
}

/// How a command speaks.
struct OutputOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Progress on standard error", valueName: "form"))
    var progress = ProgressChoice.auto

    @Option(help: ArgumentHelp("Color output [env: NO_COLOR, CLICOLOR_FORCE]", valueName: "when"))
    var color = ColorChoice.auto

    @Flag(name: .shortAndLong, help: "Print the effective settings and their sources; twice (-vv): each request too")
    var verbose: Int

    @Flag(name: .shortAndLong, help: "Print only results and errors")
    var quiet = false
}

extension ProgressChoice: ExpressibleByArgument {}
extension ColorChoice: ExpressibleByArgument {}
extension ByteCount: ExpressibleByArgument {}
extension ByteRate: ExpressibleByArgument {}

/// The form of a result.
enum ResultFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json

    /// That of the plan that a dry run prints.
    var ofPlan: PlanFormat { self == .json ? .json : .text }
}

/// The form of a plan.
enum PlanFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json, dot, mermaid
}

/// The spec file and what of it is wanted.
struct SpecOptions: ParsableArguments {
    static let defaultFile = Workspace.defaultSpec

    @Argument(help: .spec, completion: .spec)
    var spec = defaultFile

    @Option(name: .long, parsing: .singleValue, help: .group, completion: .groups)
    var group: [String] = []
}

extension ArgumentHelp {
    static let spec = ArgumentHelp("Spec file", valueName: "spec")
    static let group = ArgumentHelp("Include the entries of this group; repeatable", valueName: "name")
    static let format = ArgumentHelp("Output format", valueName: "format")
    static let planOnly = ArgumentHelp("Print the plan, and write nothing")
    static let asset = ArgumentHelp("Specification string: NAME[:VERSION]", valueName: "asset")
}
