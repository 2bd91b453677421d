internal import AssetModel
internal import ArgumentParser
internal import Operations

/// Which store and which directory; the flags that beat the environment and the spec file.
struct StoreOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The assets directory. Else MODELKIT_ASSETS_DIR.", valueName: "dir"))
    var assetsDir: String?

    @Option(
        help: ArgumentHelp(
            "The kind of store: local, s3, gcs, or none for what is in the directory alone. Else MODELKIT_STORAGE_PROVIDER, STORAGE_PROVIDER.",
            valueName: "provider"))
    var provider: String?

    @Option(help: ArgumentHelp("The bucket; for local a folder. Else MODELKIT_STORAGE_BUCKET.", valueName: "bucket"))
    var bucket: String?

    @Option(
        help: ArgumentHelp(
            "The prefix of every object. Else MODELKIT_STORAGE_PREFIX, modelkit-assets.", valueName: "prefix"))
    var prefix: String?

    @Option(help: ArgumentHelp("The region of an S3 bucket. Else AWS_DEFAULT_REGION, ~/.aws.", valueName: "region"))
    var region: String?

    @Option(
        help: ArgumentHelp(
            "The address of an S3 store that is not Amazon's. Else S3_ENDPOINT, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL.",
            valueName: "url"))
    var endpoint: String?

    @Flag(help: "Read a public S3 bucket without credentials.")
    var noSignRequest = false

    @Flag(
        help: ArgumentHelp(
            "Send credentials to an endpoint that only the spec file names. [env: MODELKIT_ASSETS_TRUST_SPEC_ENDPOINT]")
    )
    var trustSpecEndpoint = false

    @Option(
        help: ArgumentHelp(
            "major_minor or simple_date. Else MODELKIT_ASSETS_VERSIONING_SYSTEM, major_minor.", valueName: "system"))
    var versioning: String?

    @Flag(help: "Ask nothing of the store: use what is present, and what the cache has.")
    var offline = false

    var flags: SettingFlags {
        var flags = SettingFlags()
        flags.assetsDirectory = .flag("--assets-dir", assetsDir)
        flags.provider = .flag("--provider", provider)
        flags.bucket = .flag("--bucket", bucket)
        flags.prefix = .flag("--prefix", prefix)
        flags.versioning = .flag("--versioning", versioning)
        flags.region = .flag("--region", region)
        flags.endpoint = .flag("--endpoint", endpoint)
        flags.isAnonymous = .flag("--no-sign-request", noSignRequest ? true : nil)
        flags.trustsSpecEndpoint = .flag("--trust-spec-endpoint", trustSpecEndpoint ? true : nil)
        flags.isOffline = offline
        return flags
    }
}

extension Setting {
    /// What a flag says; nil where it is not given.
    static func flag(_ name: String, _ value: Value?) -> Setting? { value.map { Setting($0, from: .flag(name)) } }
}

/// Which cache.
struct CacheOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The folder of a cache that assets directories share. Else MODELKIT_ASSETS_CACHE_DIR; else there is none.",
            valueName: "dir"))
    var cacheDir: String?

    var flag: Setting<String>? { .flag("--cache-dir", cacheDir) }
}

/// How a run that fetches goes.
struct FetchOptions: ParsableArguments {
    @Flag(help: "Fetch again what is present. Also MODELKIT_STORAGE_FORCE_DOWNLOAD.")
    var forceDownload = false

    @Flag(help: "Make the assets directory if it does not exist.")
    var createAssetsDir = false

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "Requests at the same time (default: as many as make the download faster).", valueName: "n"))
    var jobs: Int?

    @OptionGroup var transfer: TransferOptions
    @OptionGroup var cache: CacheOptions

    /// With what the flags of the store say.
    func flags(_ store: StoreOptions) -> SettingFlags {
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
        if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs must be from 1 to 1024") }
    }
}

/// What a run that fetches takes of the network and the disk.
struct TransferOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read no faster than this over all connections, such as 200MB/s. [env: MODELKIT_ASSETS_MAX_RATE]",
            valueName: "rate"))
    var maxRate: ByteRate?

    @Flag(help: "Begin though the plan does not fit into the free space: for file systems that report it wrongly.")
    var noSpaceCheck = false

    func apply(to flags: inout SettingFlags) {
        flags.maxRate = .flag("--max-rate", maxRate?.bytesPerSecond)
        flags.skipsSpaceCheck = noSpaceCheck
    }
}

/// How a command speaks.
struct OutputOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Progress on standard error: auto, tty, plain, json or none.", valueName: "form"))
    var progress = ProgressChoice.auto

    @Option(help: ArgumentHelp("Colours: auto, always or never. Also NO_COLOR, CLICOLOR_FORCE.", valueName: "when"))
    var color = ColorChoice.auto

    @Flag(name: .shortAndLong, help: "Say which settings are used and where each came from.")
    var verbose = false

    @Flag(name: .shortAndLong, help: "Print results and errors alone.")
    var quiet = false
}

extension ProgressChoice: ExpressibleByArgument {}
extension ColorChoice: ExpressibleByArgument {}
extension ByteCount: ExpressibleByArgument {}
extension ByteRate: ExpressibleByArgument {}

/// The form of a result.
enum ResultFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json
}

/// The form of a plan.
enum PlanFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json, dot, mermaid
}

/// The spec file and what of it is wanted.
struct SpecOptions: ParsableArguments {
    static let defaultFile = Workspace.defaultSpec

    @Argument(help: ArgumentHelp("The spec file; - for standard input.", valueName: "spec"))
    var spec = defaultFile

    @Option(
        name: .long, parsing: .singleValue,
        help: ArgumentHelp("Fetch the entries of this group too; may be repeated.", valueName: "name"))
    var group: [String] = []
}
