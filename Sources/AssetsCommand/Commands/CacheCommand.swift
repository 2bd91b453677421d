internal import ArgumentParser
internal import Execution
internal import FileSystem

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

struct CacheSizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "size",
        abstract: "Say how much is in the cache.",
        discussion: """
            EXAMPLE
              modelkit-assets cache size
            """)

    @OptionGroup var about: CacheSubject

    func run() throws {
        try about.report("size", text: { "\($0) in the cache" }) { cache throws(FileError) in try cache.size() }
    }
}

struct CachePruneCommand: ParsableCommand {
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

    func run() throws {
        let now = Int64(WallClock.now())
        try about.report("prune", text: { "removed \($0)" }) { cache throws(FileError) in
            try cache.prune(idleFor: olderThan.seconds, now: now)
        }
    }
}

struct CacheCleanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clean",
        abstract: "Remove all that is in the cache.",
        discussion: """
            EXAMPLE
              modelkit-assets cache clean
            """)

    @OptionGroup var about: CacheSubject

    func run() throws {
        try about.report("clean", text: { "removed \($0)" }) { cache throws(FileError) in try cache.clean() }
    }
}

/// Which cache a command is about, and how it speaks.
struct CacheSubject: ParsableArguments {
    @OptionGroup var cache: CacheOptions

    @Option(help: ArgumentHelp("text or json.", valueName: "format"))
    var format = ResultFormat.text

    /// Does something to the cache and prints what it came to.
    ///
    /// - Parameter text: from `3 entries (34.1 MB)`.
    func report(
        _ command: String, text: (String) -> String, _ body: (ContentCache) throws(FileError) -> ContentCache.Extent
    ) throws {
        let shell = Shell()
        do {
            let setting = Settings.cacheDirectory(cache.cacheDir, shell.environment)
            let opened = try CacheOpening.existing(setting)
            let extent = try opened.map(body) ?? ContentCache.Extent()
            shell.console.writeResult(
                format == .json ? try JSONText.document(CacheDocument(command, extent)) : text(words(extent)) + "\n")
            throw ExitCode(shell.exitStatus(0))
        } catch let problems as Problems {
            shell.complain(problems.list)
            throw ExitCode(problems.exitStatus)
        } catch let error as FileError {
            shell.complain([Problem(error)])
            throw ExitCode(9)
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
