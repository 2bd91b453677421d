import Operations
import Terminal
import Testing
import Words

@testable import AssetsCommand

@Suite("check")
struct CheckTests {
    @Test("a table for people at several widths", arguments: [40, 80, 200])
    func text(width: Int) throws {
        try expectGolden(CheckText(table, width: width, style: .plain).text, "check-\(width).txt")
    }

    @Test("free space")
    func freeSpace() throws {
        let rows = [34_100_000_000, 0, nil].map { CheckTable.Row(freeSpace: $0) }
        let table = CheckTable([CheckTable.Section(title: "Assets directory", rows: rows)], exitStatus: 9)
        try expectGolden(CheckText(table, width: 80, style: .plain).text, "check-space.txt")
    }

    @Test("JSON for programs")
    func json() throws {
        try expectGolden(try JSONText.document(table), "check.json")
    }

    @Test("no line passes the width", arguments: 20...140)
    func fits(width: Int) {
        let lines = CheckText(table, width: width, style: .plain).text.split(separator: "\n")
        #expect(lines.allSatisfy { TextWidth.cells(String($0)) <= width })
    }

    @Test(
        "a check is as bad as its worst row",
        arguments: [
            ([CheckTable.State.ok, .info], CheckTable.State.ok), ([.ok, .unproven], .unproven),
            ([.unproven, .failed, .ok], .failed), ([], .ok),
        ])
    func status(states: [CheckTable.State], status: CheckTable.State) {
        let rows = states.map { CheckTable.Row("a", "b", state: $0) }
        #expect(CheckTable([CheckTable.Section(title: "S", rows: rows)], exitStatus: 0).status == status)
    }

    @Test("a table where nothing can fail has no column of states, and says that all is well")
    func settingsAlone() {
        let rows = [CheckTable.Row("provider", "s3"), CheckTable.Row("key", "語\u{1B}")]
        let table = CheckTable([CheckTable.Section(title: "Settings", rows: rows)], exitStatus: 0)
        #expect(
            CheckText(table, width: 80, style: .plain).text
                == "Settings\n  provider  s3\n  key       語\\u{1B}\n\nall checks passed\n")
    }

    @Test("what helps against several is told once") func repeatedHints() {
        let rows = ["a", "b"].map { CheckTable.Row($0, "denied", state: .failed, remedy: "grant it") }
        let sections = [CheckTable.Section(title: "Store", rows: rows), CheckTable.Section(title: "Spec", rows: rows)]
        #expect(
            CheckText(CheckTable(sections, exitStatus: 4), width: 80, style: .plain).text == """
                Store
                  failed  a  denied
                             hint: grant it
                  failed  b  denied

                Spec
                  failed  a  denied
                  failed  b  denied

                4 failed

                """)
    }

    @Test("colour marks states")
    func color() {
        let text = CheckText(table, width: 80, style: Style(isOn: true)).text
        #expect(text.contains("\u{1B}[31mfailed  \u{1B}[0m"))
    }

    private var table: CheckTable {
        CheckTable(
            [
                CheckTable.Section(
                    title: "Settings",
                    rows: [
                        CheckTable.Row("provider", "s3", source: "assets.yaml:5"),
                        CheckTable.Row(
                            "bucket", "acme-models", source: "environment variable MODELKIT_STORAGE_BUCKET"),
                        CheckTable.Row("region", "eu-west-1", source: "default"),
                    ]),
                CheckTable.Section(
                    title: "Assets directory",
                    rows: [
                        CheckTable.Row("path", "/srv/assets", source: "flag --assets-dir", state: .ok),
                        CheckTable.Row("free space", "34.1 GB", state: .ok),
                    ]),
                CheckTable.Section(
                    title: "Store",
                    rows: [
                        CheckTable.Row("bucket", "answers", state: .ok),
                        CheckTable.Row(
                            "read", "access denied to s3://acme-models/modelkit-assets/nlp/lexicon.versions",
                            state: .failed,
                            remedy: "grant s3:GetObject on arn:aws:s3:::acme-models/modelkit-assets/* to this role"),
                        CheckTable.Row("create", "cannot be tried without leaving an object behind", state: .unproven),
                    ]),
            ], exitStatus: 4)
    }
}

@Suite("schemas")
struct SchemaTests {
    @Test(
        "a schema's file and what the program prints are the same",
        arguments: [
            ("lock", LockSchema.text), ("report", ReportSchema.text), ("progress", ProgressSchema.text),
            ("check", CheckSchema.text), ("lock-changes", LockChangesSchema.text), ("annotate", AnnotateSchema.text),
        ])
    func embedded(name: String, text: String) throws {
        #expect(try repositoryFile("schema/\(name).schema.json") == text)
    }
}
