import AssetModel
import Foundation
import Planning
import SpecFile

/// The files of `Tests/Specs`.
enum Corpus {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Specs").standardized
    static let repository = folder.appending(path: "../..").standardized
    /// Rewrites what is expected of refused files instead of comparing with it: `UPDATE_GOLDENS=1 swift test`.
    static let updatesGoldens = ProcessInfo.processInfo.environment["UPDATE_GOLDENS"] == "1"

    static let accepted = names(in: "accepted")
    static let refused = names(in: "refused")

    /// The environment of every file in the corpus.
    static let variables = [
        "WEIGHTS_VERSION": "2.1", "BUCKET": "acme-models", "EMPTY": "", "BAD_NAME": "two words", "NAME": "tokenizer",
        "YAML": "{version: 9}", "DOLLAR": "${NAME}", "ESCAPE": "a\u{1B}[31mb",
    ]

    static func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appending(path: path))) }

    static func read(_ bytes: [UInt8], file: String = "assets.yaml") throws(SpecReport) -> Manifest {
        try SpecFile.read(bytes, file: file, context: SpecContext(variables: variables))
    }

    /// What is wrong with a text; empty where nothing is.
    static func diagnostics(_ text: String, context: SpecContext = SpecContext(variables: variables)) -> [Diagnostic] {
        do throws(SpecReport) {
            _ = try SpecFile.read(Array(text.utf8), file: "assets.yaml", context: context)
            return []
        } catch {
            return error.diagnostics
        }
    }

    private static func names(in folder: String) -> [String] {
        let files = try? FileManager.default.contentsOfDirectory(atPath: Self.folder.appending(path: folder).path)
        return (files ?? []).filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()
    }
}
