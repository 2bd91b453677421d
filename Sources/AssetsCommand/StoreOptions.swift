internal import ArgumentParser
internal import AssetModel
internal import Operations

/// The assets directory, the store, and whether it may be asked; the flags that beat the environment and the spec file.
struct StoreOptions: ParsableArguments {
    @Option(help: .assetsDir, completion: .directory)
    var assetsDir: String?

    @OptionGroup var remote: RemoteOptions

    @Flag(help: "Disable network access: use what is present or cached")
    var offline = false

    var flags: SettingFlags {
        var flags = remote.flags
        flags.assetsDirectory = .flag("--assets-dir", assetsDir)
        flags.isOffline = offline
        return flags
    }
}

/// Which store.
struct RemoteOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Storage provider [env: MODELKIT_STORAGE_PROVIDER, STORAGE_PROVIDER] [default: none] [possible values: s3, gcs, local, none]",
            valueName: "provider"), completion: .list(["s3", "gcs", "local", "none"]))
    var provider: String?

    @Option(
        help: ArgumentHelp(
            "Bucket, or a folder for provider local [env: MODELKIT_STORAGE_BUCKET]", valueName: "bucket"),
        completion: .directory)
    var bucket: String?

    @Option(
        help: ArgumentHelp(
            "Prefix of every object key [env: MODELKIT_STORAGE_PREFIX] [default: modelkit-assets]",
            valueName: "prefix"))
    var prefix: String?

    @Option(help: ArgumentHelp("S3 region [env: AWS_DEFAULT_REGION, AWS_REGION]", valueName: "region"))
    var region: String?

    @Option(
        help: ArgumentHelp(
            "Custom S3 endpoint URL [env: S3_ENDPOINT, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL]", valueName: "url"))
    var endpoint: String?

    @Flag(help: "Read a public S3 bucket without credentials")
    var noSignRequest = false

    @Flag(
        help:
            "Send credentials to an endpoint that only the spec file names [env: MODELKIT_ASSETS_TRUST_SPEC_ENDPOINT]")
    var trustSpecEndpoint = false

    @Option(help: .versioning, completion: .versioning)
    var versioning: String?

    var flags: SettingFlags {
        var flags = SettingFlags()
        flags.provider = .flag("--provider", provider)
        flags.bucket = .flag("--bucket", bucket)
        flags.prefix = .flag("--prefix", prefix)
        flags.versioning = .flag("--versioning", versioning)
        flags.region = .flag("--region", region)
        flags.endpoint = .flag("--endpoint", endpoint)
        flags.isAnonymous = .flag("--no-sign-request", noSignRequest ? true : nil)
        flags.trustsSpecEndpoint = .flag("--trust-spec-endpoint", trustSpecEndpoint ? true : nil)
        return flags
    }
}

extension ArgumentHelp {
    static let assetsDir = ArgumentHelp("Assets directory [env: MODELKIT_ASSETS_DIR]", valueName: "dir")
    static let versioning = ArgumentHelp(
        "Versioning system [env: MODELKIT_ASSETS_VERSIONING_SYSTEM] [default: major_minor] [possible values: major_minor, simple_date]",
        valueName: "system")
    static let forceDownload = ArgumentHelp("Download again what is present [env: MODELKIT_STORAGE_FORCE_DOWNLOAD]")
}

extension Setting {
    /// What a flag says; nil where it is not given.
    static func flag(_ name: String, _ value: Value?) -> Setting? { value.map { Setting($0, from: .flag(name)) } }
}
