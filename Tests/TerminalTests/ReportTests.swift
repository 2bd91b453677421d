import AssetModel
import Execution
import Operations
import Planning
import Terminal
import Testing
import Words

@testable import AssetsCommand

@Suite("report")
struct ReportTests {
    @Test("a run in words and in JSON", arguments: ["done", "nothing-to-do", "failed", "interrupted", "no-plan"])
    func golden(name: String) throws {
        let run = try #require(try runs[name]?())
        let text = ReportText(run)
        let shown = "standard output:\n" + text.results(width: 120) + "standard error:\n" + text.summary()
        try expectGolden(shown + "exit status: \(run.exitStatus)\n", "report-\(name).txt")
        try expectGolden(try JSONText.document(ReportDocument(run)), "report-\(name).json")
    }

    @Test("a program gets a path as it is, a terminal does not")
    func rawPaths() throws {
        var run = try doneRun()
        run.assetsDirectory = "/assets\u{1B}"
        #expect(ReportText(run).results(width: nil).contains("  /assets\u{1B}/nlp/"))
        #expect(!ReportText(run).results(width: 120).contains("\u{1B}"))
    }

    @Test("two thousand failures leave a log under 64 KiB, and the tally at its end")
    func manyFailures() throws {
        let names = (0..<2_000).map { "nlp/lexicon-\($0):1.0" }
        let failure = ExecutionFailure.digest(
            DigestMismatch(
                address: String(repeating: "語", count: 800), expected: "a", actual: "b", recorder: .store))
        let results = try names.map {
            AssetResult(pin: try pin($0), outcome: .failed(failure), downloadedObjects: 1, downloadedBytes: 1)
        }
        let run = Run(
            plan: Plan(
                steps: try names.map { try fetchStep($0) }, entries: [],
                warnings: Array(repeating: try warning(String(repeating: "語", count: 800)), count: 100)),
            report: Report(results: results, seconds: 1))
        let summary = ReportText(run).summary()
        #expect(summary.utf8.count + PlainRenderer.limit < 64 << 10)
        #expect(summary.contains("more; `--format json` has them all\n"))
        #expect(summary.contains("error: nlp/lexicon-0:1.0: SHA-256 mismatch for"))
        #expect(summary.hasSuffix("\nfailed: 2000 of 2000 assets\n"))
    }

    @Test("the first error is told whole, however long it is")
    func longExplanation() {
        let details = (0..<2_000).map { "because of requirement \($0)" }
        let problem = Problem(code: "a", message: "no version", details: details, exitStatus: 5)
        let summary = ReportText(Run(problems: [problem, problem])).summary()
        #expect(summary.hasPrefix("error: no version\n  because of requirement 0\n"))
        #expect(summary.hasSuffix("  because of requirement 1999\n… and 1 more; `--format json` has them all\n"))
    }

    @Test("the exit status is that of the first error, problems of the run before those of its assets")
    func exitStatus() throws {
        var run = try failedRun()
        #expect(run.exitStatus == 8)
        run.problems = [Problem(code: "a", message: "b", exitStatus: 3)]
        #expect(run.exitStatus == 3)
        run.interruption = .termination
        #expect(run.exitStatus == 143)
        #expect(try interruptedRun().exitStatus == 130)
    }

    @Test("colour adds sequences to the summary's words")
    func color() throws {
        let summary = ReportText(try failedRun()).summary(style: Style(isOn: true))
        #expect(summary.contains("\u{1B}[31merror\u{1B}[0m: nlp/bad:1.0: "))
    }

    private var runs: [String: () throws -> Run] {
        [
            "done": doneRun, "nothing-to-do": nothingRun, "failed": failedRun, "interrupted": interruptedRun,
            "no-plan": { self.planlessRun },
        ]
    }

    private func doneRun() throws -> Run {
        let steps = [
            try fetchStep("nlp/lexicon:2.0", sizes: [34_000_000], kind: .directory), try keepStep("nlp/tokenizer:1.4"),
        ]
        let entries = [
            try entry("nlp/lexicon:2[en/words.txt]", "nlp/lexicon:2.0"),
            try entry("nlp/tokenizer", "nlp/tokenizer:1.4"), try entry("nlp/lexicon:2.0", "nlp/lexicon:2.0"),
        ]
        let plan = Plan(steps: steps, entries: entries, warnings: [try warning("s3://acme\u{7}/nlp/lexicon.versions")])
        return try run(plan, ["nlp/lexicon:2.0": .fetched, "nlp/tokenizer:1.4": .present])
    }

    private func warning(_ address: String) throws -> ResolutionWarning {
        let (name, version) = (try AssetName("nlp/lexicon"), try pin("nlp/lexicon:2.0").version)
        return .noList(name, chosen: [version], .missing(address: address))
    }

    private func nothingRun() throws -> Run {
        let plan = Plan(steps: [try keepStep("a:1")], entries: [try entry("a:1", "a:1")])
        return try run(plan, [:])
    }

    @Test("nothing in a message ends a command of GitHub's")
    func escapedAnnotations() {
        let problem = Problem(code: "x,y", message: "a\r\n::notice::b\n%", exitStatus: 1)
        #expect(
            GitHubText(Run(problems: [problem])).annotations == ["::error title=x%2Cy::a\\r\\n::notice::b\\n%25"])
    }

    @Test("sizes whose sum is too large stay too large")
    func hugeSizes() throws {
        var run = try doneRun()
        let results = run.report.results.map { result in
            AssetResult(
                pin: result.pin, outcome: result.outcome, downloadedObjects: 1, downloadedBytes: .max - 1)
        }
        run.report = Report(results: results, seconds: 1)
        #expect(results.count > 1)
        #expect(ReportDocument(run).totals.downloadedBytes == .max)
        #expect(ReportText(run).summary().contains("fetched"))
        #expect(GitHubText(run).summary.contains("fetched"))
    }

    @Test("what could not be planned failed too") func unplanned() throws {
        var run = try run(Plan(steps: [try keepStep("a:1"), try keepStep("b:1")], entries: []), [:])
        run.problems = planlessRun.problems
        run.unplanned = 1
        #expect(ReportText(run).summary().hasSuffix("\nfailed: 1 of 3 assets\n"))
    }

    @Test("where nothing was downloaded, what was not is told") func reused() throws {
        let plan = Plan(steps: [try fetchStep("a:1")], entries: [])
        let result = AssetResult(
            pin: try pin("a:1"), outcome: .fetched, downloadedObjects: 0, downloadedBytes: 0)
        var reuse = Reuse()
        func summary() -> String {
            ReportText(Run(plan: plan, report: Report(results: [result], seconds: 1, reuse: reuse))).summary()
        }
        #expect(summary() == "fetched 1 asset (0 files, 0 B) in 1.0s\n")
        (reuse.cachedObjects, reuse.cachedBytes) = (2, 3_000)
        #expect(summary() == "fetched 1 asset in 1.0s, 2 files (3.0 kB) from the cache\n")
        (reuse.keptObjects, reuse.keptBytes) = (1, 1_000)
        #expect(summary() == "fetched 1 asset in 1.0s, 2 files (3.0 kB) from the cache, kept 1 file (1.0 kB)\n")
    }

    private func failedRun() throws -> Run {
        let names = ["nlp/lexicon:2.0", "nlp/bad:1.0", "nlp/needs-bad:1.0"]
        let entries = try names.map { try entry($0, $0) }
        let plan = Plan(steps: try names.map { try fetchStep($0) } + [try keepStep("a:1")], entries: entries)
        let outcomes: [String: AssetOutcome] = [
            "nlp/lexicon:2.0": .fetched, "nlp/bad:1.0": .failed(.store(unavailable)),
            "nlp/needs-bad:1.0": .skipped(because: try pin("nlp/bad:1.0")), "a:1": .present,
        ]
        return try run(plan, outcomes)
    }

    private func interruptedRun() throws -> Run {
        let names = ["a:1", "b:1", "c:1", "d:1"]
        let plan = Plan(
            steps: try names.map { try fetchStep($0) } + [try keepStep("e:1")], entries: [try entry("a", "a:1")])
        var run = try run(plan, ["a:1": .fetched, "b:1": .interrupted, "e:1": .present])
        run.interruption = .interrupt
        return run
    }

    private var planlessRun: Run {
        let location = SourceLocation(file: "assets.yaml", line: 3, column: 7)
        let excerpt = SourceExcerpt(location: location, line: "  provider: s4", length: 2)
        let problem = Problem(
            code: "unknown-provider", message: "`s4` is no provider", details: ["there are s3, gcs and local"],
            hint: "did you mean `s3`?", excerpt: excerpt, exitStatus: 3)
        return Run(problems: [problem])
    }

    private func run(_ plan: Plan, _ outcomes: [String: AssetOutcome]) throws -> Run {
        let results = plan.steps.compactMap { step in
            outcomes[step.pin.description].map { outcome in
                let isFetched = if case .fetched = outcome { true } else { false }
                return AssetResult(
                    pin: step.pin, outcome: outcome, downloadedObjects: isFetched ? 12 : 0,
                    downloadedBytes: isFetched ? 34_100_000 : 0)
            }
        }
        return Run(
            plan: plan, report: Report(results: results, seconds: 1.23456), assetsDirectory: "/assets",
            store: "s3://acme-models/modelkit-assets")
    }
}
