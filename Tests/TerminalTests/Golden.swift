import AssetModel
import FoundationEssentials
import Glibc
import Testing
import Words

@testable import AssetsCommand

/// Compares a text with the file that says what it should be. `UPDATE_GOLDENS=1` writes the file instead.
func expectGolden(_ text: String, _ name: String, sourceLocation: Testing.SourceLocation = #_sourceLocation) throws {
    let path = testFolder + "/Goldens/" + name
    if getenv("UPDATE_GOLDENS") != nil {
        try Data(text.utf8).write(to: URL(filePath: path))
    }
    let golden = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
    #expect(text == golden, "differs from \(name)", sourceLocation: sourceLocation)
}

/// All of what each problem says.
func goldenText(_ problems: [Problem]) -> String {
    problems.map { problem in
        let head = "[\(problem.code), exit \(problem.exitStatus)] \(problem.message)"
        let details = problem.details.map { "  " + $0 }
        let hint = problem.hint.map { ["  hint: " + $0] } ?? []
        return ([head] + details + hint).map { $0 + "\n" }.joined()
    }.joined(separator: "\n")
}

/// Compares what is said of details, and beside them, with a golden.
func expectDetails(_ details: [any ErrorDetail], _ name: String) throws {
    let text = details.map { detail in
        let detail = AnyErrorDetail(detail)
        let notes = detail.notes == [detail.words] ? [] : detail.notes.map { "  \($0)" }
        let advice = detail.advice == detail.words ? nil : detail.advice.map { "  hint: \($0)" }
        return ([detail.words] + notes + [advice].compactMap(\.self)).map { $0 + "\n" }.joined()
    }.joined()
    try expectGolden(text, name)
}

/// The text of a file of the repository.
func repositoryFile(_ path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: testFolder + "/../../" + path)), as: UTF8.self)
}

private let testFolder = String(#filePath.prefix(upTo: #filePath.lastIndex(of: "/") ?? #filePath.endIndex))
