import ArgumentParser
import Glibc

/// Gives every parser of what comes from outside damaged documents, in child processes, for as long as is asked for.
///
/// A document that ends a child, takes it too long or too much memory, or shows that something does not hold is made as
/// small as it goes, written to the folder of findings and told with the seed.
@main struct ParserFuzz: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "parser-fuzz",
        discussion: """
            EXAMPLE
              parser-fuzz --seconds 3600 --seed 4711
              parser-fuzz --parser lock --input findings/lock-1
            """)

    @Option(help: "How long to go on, in seconds of all processes together divided by their number.")
    var seconds = 60.0

    @Option(
        help: "What the damage depends on, beside the documents: the same seed does the same. Default: a random one.")
    var seed: UInt64?

    @Option(help: "Of this parser alone.")
    var parser: String?

    @Option(help: "Give the parser this file, once.")
    var input: String?

    @Option(help: "How many processes at a time.")
    var jobs = max(1, sysconf(CInt(_SC_NPROCESSORS_ONLN)))

    @Option(help: "Where the inputs are left that something is wrong with.")
    var findings = ".build/fuzz-findings"

    @Option(help: .hidden) var slot: String?
    @Option(help: .hidden) var first = 0

    mutating func validate() throws {
        guard seconds.isFinite, (0...604_800).contains(seconds), (1...256).contains(jobs), first >= 0 else {
            throw ValidationError("at most 604800 seconds and 256 jobs")
        }
        if let parser, Parser.named(parser) == nil {
            throw ValidationError("unknown parser; there are \(Parser.all.map(\.name).joined(separator: ", "))")
        }
        if input != nil, parser == nil { throw ValidationError("--input needs --parser") }
    }

    mutating func run() async throws {
        let parsers = parser.flatMap(Parser.named).map { [$0] } ?? Parser.all
        if let slot, let parser = parsers.first {
            return try await Worker(parser: parser, seed: seed ?? 0, slot: Slot(slot)).run(from: first, for: seconds)
        }
        if let input, let parser = parsers.first {
            return try await Worker.run(parser, on: try Files.read(input))
        }
        let seed = seed ?? .random(in: 0...UInt64(UInt32.max))
        print("seed \(seed)")
        let supervisor = Supervisor(parsers: parsers, seed: seed, seconds: seconds, jobs: jobs, findings: findings)
        let count = try await supervisor.run()
        guard count == 0 else {
            print("\(count) findings with the seed \(seed), in \(findings)")
            throw ExitCode.failure
        }
    }
}
