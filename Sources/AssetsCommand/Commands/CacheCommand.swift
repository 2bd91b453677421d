internal import ArgumentParser
internal import AssetModel
internal import Execution
internal import Operations
internal import Terminal

/// The cache that assets directories share.
struct CacheCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "cache",
        abstract: "Manage the shared cache",
        discussion: """
            resolve, fetch and apply use the cache that --cache-dir or MODELKIT_ASSETS_CACHE_DIR names. It can be emptied or \
            removed at any time, even during a run: assets directories keep their files.

            EXAMPLE
              modelkit-assets cache size --cache-dir /var/cache/assets
              modelkit-assets cache prune --older-than 30d
              modelkit-assets cache clean
            """,
        subcommands: [
            CacheSizeCommand.self, CachePruneCommand.self, CacheCleanCommand.self, CacheExportCommand.self,
            CacheImportCommand.self,
        ])
}

struct CacheSizeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "size",
        abstract: "Print the size of the cache",
        discussion: """
            EXAMPLE
              modelkit-assets cache size
            """)

    @OptionGroup var about: CacheSubject

    func run() async throws { try await about.report("size", .measure) }
}

struct CachePruneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Remove unused cache entries",
        discussion: """
            EXAMPLE
              modelkit-assets cache prune --older-than 12h
            """)

    @OptionGroup var about: CacheSubject

    @Option(
        help: ArgumentHelp(
            "Remove entries unused for longer than this: a number and s, m, h, d or w [default: 30d]", valueName: "time"
        ),
        transform: TimeSpan.typed)
    var olderThan = TimeSpan(seconds: 30 * 86_400)

    @Flag(help: .removesNothing)
    var dryRun = false

    func run() async throws {
        let idle = olderThan.seconds
        try await about.report("prune", dryRun ? .measureIdle(idleFor: idle) : .prune(idleFor: idle), isDryRun: dryRun)
    }
}

struct CacheCleanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clean",
        abstract: "Remove all cache entries",
        discussion: """
            EXAMPLE
              modelkit-assets cache clean
            """)

    @OptionGroup var about: CacheSubject

    @Flag(help: .removesNothing)
    var dryRun = false

    func run() async throws { try await about.report("clean", dryRun ? .measure : .clean, isDryRun: dryRun) }
}

extension ArgumentHelp {
    static let removesNothing = ArgumentHelp("Print what would be removed, and remove nothing")
}

/// Which cache a command is about, and how it speaks.
struct CacheSubject: ParsableArguments {
    @OptionGroup var cache: CacheOptions

    @Option(help: .format)
    var format = ResultFormat.text

    var shell: Shell { Shell(json: format == .json) }

    func setting(_ shell: Shell) -> Setting<String>? { Settings.cacheDirectory(cache.flag, shell.environment) }

    /// Does something to the cache and prints what it came to.
    ///
    /// - Parameter isDryRun: nil where the command never removes.
    func report(_ command: String, _ work: CacheUpkeep.Work, isDryRun: Bool? = nil) async throws {
        let shell = shell
        try await shell.exiting("reading the cache") {
            let extent = try CacheUpkeep(setting(shell)).run(work)
            let linked = extent.linkedBytes
            let rest = linked > 0 ? "; assets directories still have \(Units.bytes(linked))" : ""
            let freed = ", \(Units.bytes(extent.unlinkedBytes)) freed"
            let text =
                isDryRun.map { $0 ? "would remove \(words(extent))\(rest)" : "removed \(words(extent))\(freed)\(rest)" }
                ?? "\(words(extent)) in the cache"
            try report(CacheDocument(command, extent, isDryRun: isDryRun), text, shell, isResult: true)
            return 0
        }
    }

    /// - Parameter isResult: whether it goes to standard output.
    func report(_ document: CacheDocument, _ text: String, _ shell: Shell, isResult: Bool) throws {
        guard isResult else { return shell.remark(text) }
        shell.console.writeResult(format == .json ? try JSONText.document(document) : text + "\n")
    }

    /// `3 entries (34.1 MB)`
    func words(_ extent: ContentCache.Extent) -> String {
        let noun = extent.entries == 1 ? "entry" : "entries"
        return "\(extent.entries) \(noun) (\(Units.bytes(extent.bytes)))"
    }
}

/// What is in the cache, or was removed from it.
struct CacheDocument: Encodable, Sendable {
    var format = "modelkit-assets/cache"
    var version = 1
    /// `size`, `prune`, `clean`, `export` or `import`.
    let command: String
    let entries: Int
    let bytes: Int64
    /// Whether nothing was removed; not there for `size`, which never removes.
    let dryRun: Bool?
    /// Of what was removed: what nothing else is a link to.
    @OrNull var freedBytes: Int64?

    init(_ command: String, _ extent: ContentCache.Extent, isDryRun: Bool? = nil) {
        self.command = command
        dryRun = isDryRun
        entries = extent.entries
        bytes = extent.bytes
        freedBytes = ["prune", "clean"].contains(command) ? extent.unlinkedBytes : nil
    }
}

/// A length of time as people type it: `30d`.
struct TimeSpan: ExpressibleByArgument, Equatable, Sendable, CustomStringConvertible {
    let seconds: Int64

    private static let units: [Character: Int64] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]

    init(seconds: Int64) { self.seconds = seconds }

    static func typed(_ text: String) throws -> TimeSpan {
        guard let span = TimeSpan(argument: text) else {
            throw ValidationError("expected a number and s, m, h, d or w, such as 30d")
        }
        return span
    }

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
