import FoundationEssentials
import Testing
import Words

@testable import AssetsCommand

@Suite("The plan's schema")
struct PlanSchemaTests {
    @Test func `the program prints what the repository has`() throws {
        let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let file = try String(contentsOf: root.appending(path: "schema/plan.schema.json"), encoding: .utf8)
        #expect(PlanSchema.text == file)
    }
}
