internal import AssetModel
internal import ArgumentParser
internal import Operations

extension ArgumentHelp {
    static let pushed = ArgumentHelp("File or folder to push, or s3://bucket/key, gs://bucket/key", valueName: "path")
}

/// How an asset is pushed.
struct PushOptions: ParsableArguments {
    @Option(
        name: .long, parsing: .singleValue,
        help: ArgumentHelp("Asset that this version depends on; repeatable", valueName: "spec"))
    var dependsOn: [String] = []

    @Flag(help: "Print what would be pushed, and push nothing")
    var dryRun = false

    @Flag(name: .shortAndLong, help: "Push without asking for confirmation")
    var yes = false

    @Option(name: .shortAndLong, help: ArgumentHelp("Concurrent requests, 1 to 1024 [default: 64]", valueName: "n"))
    var jobs: Int?

    @OptionGroup(title: "Store options") var store: RemoteOptions
    @OptionGroup(title: "Output options") var output: OutputOptions

    @Option(help: .format)
    var format = ResultFormat.text

    var flags: SettingFlags {
        var flags = store.flags
        flags.jobs = .flag("--jobs", jobs)
        return flags
    }

    func validate() throws {
        if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs must be between 1 and 1024") }
    }
}
