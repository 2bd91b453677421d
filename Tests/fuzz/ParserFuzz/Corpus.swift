import FoundationEssentials

/// Documents as they are in the world, which are damaged.
struct Corpus: Sendable {
    struct Document: Sendable {
        let bytes: [UInt8]
        let mustBeAccepted: Bool
    }

    let documents: [Document]

    init(of parser: Parser) throws {
        var documents: [Document] = []
        for folder in parser.documents {
            let path = "\(Files.tests)/\(folder)"
            for name in try FileManager.default.contentsOfDirectory(atPath: path).sorted() {
                let mustBeAccepted = folder.contains("corpus") && !name.hasPrefix("refused-")
                documents.append(Document(bytes: try Files.read("\(path)/\(name)"), mustBeAccepted: mustBeAccepted))
            }
        }
        guard !documents.isEmpty else { throw Violation("\(parser.name) has no documents to begin with") }
        self.documents = documents
    }
}

enum Files {
    static let tests = #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(
        separator: "/")
    static let temporary = FileManager.default.temporaryDirectory.path(percentEncoded: false)

    static func read(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }

    static func write(_ bytes: [UInt8], to path: String) throws { try Data(bytes).write(to: URL(filePath: path)) }
}
