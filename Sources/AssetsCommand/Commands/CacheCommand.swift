internal import ArgumentParser
internal import Execution
internal import Operations
internal import Terminal

/// The cache that assets directories share.
struct CacheCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache",
        abstract: "Show or empty the cache that assets directories share.",
        discussion: """
            A cache is used by resolve and fetch where --cache-dir or MODELKIT_ASSETS_CACHE_DIR names its folder. It can be \
            emptied or removed at any time, whoever uses it: what is in assets directories stays.

            EXAMPLE
              modelkit-assets cache size --cache-dir /var/cache/assets
              modelkit-assets cache prune --older-than 30d
              modelkit-assets cache clean
            """,
        subcommands: [CacheSizeCommand.self, CachePruneCommand.self, CacheCleanCommand.self])
}

struct CacheSizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "size",
        abstract: "Say how much is in the cache.",
        discussion: """
            EXAMPLE
              modelkit-assets cache size
            """)

    @OptionGroup var about: CacheSubject

    func run() async throws { try await about.report("size", .measure) { "\($0) in the cache" } }
}

struct CachePruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove what was not used for a while.",
        discussion: """
            EXAMPLE
              modelkit-assets cache prune --older-than 12h
            """)

    @OptionGroup var about: CacheSubject

    @Option(
        help: ArgumentHelp(
            "How long an entry may have been idle: a number and s, m, h, d or w.", valueName: "time"))
    var olderThan = TimeSpan(seconds: 30 * 86_400)

    func run() async throws {
        try await about.report("prune", .prune(idleFor: olderThan.seconds)) { "removed \($0)" }
    }
}

struct CacheCleanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clean",
        abstract: "Remove all that is in the cache.",
        discussion: """
            EXAMPLE
              modelkit-assets cache clean
            """)

    @OptionGroup var about: CacheSubject

    func run() async throws { try await about.report("clean", .clean) { "removed \($0)" } }
}

/// Which cache a command is about, and how it speaks.
struct CacheSubject: ParsableArguments {
    @OptionGroup var cache: CacheOptions

    @Option(help: ArgumentHelp("text or json.", valueName: "format"))
    var format = ResultFormat.text

    /// Does something to the cache and prints what it came to.
    ///
    /// - Parameter text: from `3 entries (34.1 MB)`.
    func report(_ command: String, _ work: CacheUpkeep.Work, _ text: (String) -> String) async throws {
        let shell = Shell()
        try await shell.exiting {
            let setting = Settings.cacheDirectory(cache.flag, shell.environment)
            let extent = try CacheUpkeep(setting).run(work)
            shell.console.writeResult(
                format == .json ? try JSONText.document(CacheDocument(command, extent)) : text(words(extent)) + "\n")
            return 0
        }
    }

    private func words(_ extent: ContentCache.Extent) -> String {
        let noun = extent.entries == 1 ? "entry" : "entries"
        return "\(extent.entries) \(noun) (\(Units.bytes(extent.bytes)))"
    }
}

/// What is in the cache, or was removed from it.
struct CacheDocument: Codable, Sendable {
    var format = "modelkit-assets/cache"
    var version = 1
    /// `size`, `prune` or `clean`.
    let command: String
    let entries: Int
    let bytes: Int64

    init(_ command: String, _ extent: ContentCache.Extent) {
        self.command = command
        entries = extent.entries
        bytes = extent.bytes
    }
}

/// A length of time as people type it: `30d`.
struct TimeSpan: ExpressibleByArgument, Equatable, Sendable, CustomStringConvertible {
    let seconds: Int64

    private static let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]

    init(seconds: Int64) { self.seconds = seconds }

    init?(argument: String) {
        guard let last = argument.last, let unit = Self.units[last], let count = Int64(argument.dropLast()), count >= 0
        else { return nil }
        let (seconds, isTooLong) = count.multipliedReportingOverflow(by: unit)
        guard !isTooLong else { return nil }
        self.seconds = seconds
    }

    /// In the largest unit that it is a whole number of.
    var description: String {
        let fitting = Self.units.filter { seconds % $0.value == 0 }.max { $0.value < $1.value }
        return fitting.map { "\(seconds / $0.value)\($0.key)" } ?? "\(seconds)s"
    }
}
