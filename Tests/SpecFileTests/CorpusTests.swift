import AssetModel
import Foundation
import Planning
import SpecFile
import Terminal
import Testing
import Words

@testable import AssetsCommand

struct CorpusTests {
    @Test("the corpus is there")
    func corpusIsThere() {
        #expect(Corpus.accepted.count >= 20)
        #expect(Corpus.refused.count >= 70)
    }

    @Test("an accepted file gives a manifest", arguments: Corpus.accepted)
    func accepts(name: String) throws {
        let manifest = try Corpus.read(try Corpus.bytes("accepted/\(name).yaml"))
        #expect(manifest.file == "assets.yaml")
    }

    @Test("a refused file gives the text beside it", arguments: Corpus.refused)
    func refuses(name: String) throws {
        let bytes = try Corpus.bytes("refused/\(name).yaml")
        let report = try #require(throws: SpecReport.self) { try Corpus.read(bytes) }
        let text = DiagnosticText(width: 120).render(report.diagnostics)
        let golden = Corpus.folder.appending(path: "refused/\(name).txt")
        if Corpus.updatesGoldens { try Data(text.utf8).write(to: golden) }
        #expect(text == String(decoding: try Data(contentsOf: golden), as: UTF8.self))
    }

    @Test("no text is left beside a refused file that is gone")
    func goldensHaveFiles() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Corpus.folder.appending(path: "refused").path)
        let texts = Set(files.filter { $0.hasSuffix(".txt") }.map { String($0.dropLast(4)) })
        #expect(texts == Set(Corpus.refused))
    }
}
