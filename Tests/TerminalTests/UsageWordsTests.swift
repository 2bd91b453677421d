import Testing
import Words

@testable import AssetsCommand

@Suite("words for wrong arguments")
struct UsageWordsTests {
    /// What people type who know other programs, and what nobody knows.
    private static let commands = [
        "pull", "push", "clean", "ls", "info", "doctor", "rm", "pin", "diff", "graph", "explain", "repair", "create",
        "version",
        "completion", "rollback", "lokc", "fnord",
    ]

    private static let options = [
        "--json", "--output-format", "--force", "--refresh", "--parallel", "--concurrency", "--threads", "--workers",
        "--cache", "--target", "--dest", "--output-dir", "--endpoint-url", "--anonymous", "--debug", "--silent",
        "--no-progress", "--no-color", "--limit-rate", "--extra", "--upgrade-package", "--fnord",
    ]

    /// As the argument parser says it.
    private static let others = [
        "Unknown option '--lockd'. Did you mean '--locked'?", "Missing expected argument '<path>'",
        "Unexpected argument 'b.yaml'", "2 unexpected arguments: 'b.yaml', 'c.yaml'",
        "Missing value for '--color <when>'",
        "The value 'jsno' is invalid for '--format <format>'. Please provide one of 'text' or 'json'.",
        "The value 'often' is invalid for '--color <when>'. Please provide one of the following:\n  - auto\n  - always",
        "The value 'many' is invalid for '--jobs <n>'", "The value 'build' is invalid for '--output <layout>'",
        "--locked, --frozen and --no-lock cannot be combined",
    ]

    @Test("unknown commands and options have a suggestion, and all of it is in one style")
    func usage() throws {
        let (resolve, update) = (CommandPath(["resolve"]), CommandPath(["update"]))
        let problems =
            Self.commands.compactMap { Problem(unknownCommandIn: CommandPath([$0])) }
            + [Problem(unknownCommandIn: CommandPath(["cache", "purge"]))].compactMap(\.self)
            + Self.options.map { Problem(usage: "Unknown option '\($0)'", in: resolve) }
            + Self.others.map { Problem(usage: $0, in: resolve) }
            + [
                Problem(usage: "Missing expected argument '<path>'", in: update),
                Problem(usage: "Unknown option '--fix'. Did you mean '--prefix'?", in: CommandPath(["verify"])),
            ]
        try expectGolden(goldenText(problems), "words-usage.txt")
    }
}
