internal import AssetModel
internal import ArgumentParser
internal import Operations

/// How an asset is pushed.
struct PushOptions: ParsableArguments {
    @Option(
        name: .long, parsing: .singleValue,
        help: ArgumentHelp("An asset that this version needs; may be repeated.", valueName: "spec"))
    var dependsOn: [String] = []

    @Flag(help: "Say what would be pushed; push nothing.")
    var dryRun = false

    @Flag(name: .shortAndLong, help: "Do not ask.")
    var yes = false

    @Option(name: .shortAndLong, help: ArgumentHelp("Requests at the same time.", valueName: "n"))
    var jobs: Int?

    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("text or json.", valueName: "format"))
    var format = ResultFormat.text

    var flags: SettingFlags {
        var flags = store.flags
        flags.jobs = .flag("--jobs", jobs)
        return flags
    }

    func validate() throws {
        if let jobs, !(1...1024).contains(jobs) { throw ValidationError("--jobs must be from 1 to 1024") }
    }
}
