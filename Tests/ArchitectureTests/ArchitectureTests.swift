import FoundationEssentials
import Testing

/// Layering is a test: every import in Sources stands in the table of `Sources/README.md`, and the other way round.
@Suite struct ArchitectureTests {
    @Test func importsAreThoseOfTheTable() throws {
        let table = try importTable()
        #expect(!table.isEmpty)
        var used: [String: Set<String>] = [:]
        for target in table.keys { used[target] = try imports(of: target) }
        for (target, allowed) in table.sorted(by: { $0.key < $1.key }) {
            let found = used[target] ?? []
            #expect(found == allowed, "\(target): imports \(found.sorted()), the table says \(allowed.sorted())")
        }
    }

    @Test func everyTargetHasARow() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: sources).filter { $0 != "README.md" }
        #expect(
            Set(folders).subtracting([
                "CChecksums", "CLibCrypto", "CLibExpat", "CLibYAML", "CLibZ", "CLinux", "CStartup", "Python",
            ])
                == Set(try importTable().keys))
    }

    /// Folders stand in backticks with a slash at their end: in a row of the table those of its target, in the text any.
    @Test func foldersAreCalledAsTheMapCallsThem() throws {
        var named = 0
        for line in try map() {
            let row = line.hasPrefix("| `") ? line.split(separator: "`").first { $0 != "| " } : nil
            let folders = try folders(of: row.map(String.init))
            for word in line.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            where word.offset % 2 == 1 && word.element.hasSuffix("/") && !word.element.hasPrefix("Tests/") {
                named += 1
                #expect(
                    folders.contains { "/\($0)/".hasSuffix("/\(word.element)") },
                    "\(word.element) of: \(line.prefix(60))")
            }
        }
        #expect(named > 20)
    }

    private func map() throws -> [Substring] {
        String(decoding: try Data(contentsOf: URL(filePath: sources + "/README.md")), as: UTF8.self).split(
            separator: "\n")
    }

    /// The folders below a target; without one, all below Sources.
    private func folders(of target: String?) throws -> Set<String> {
        let paths = try FileManager.default.subpathsOfDirectory(atPath: target.map { "\(sources)/\($0)" } ?? sources)
        return Set(paths.compactMap { path in path.lastIndex(of: "/").map { String(path[..<$0]) } })
    }

    @Test func onlyFoundationEssentialsIsImported() throws {
        for target in try importTable().keys {
            let banned: Set = ["Foundation", "FoundationNetworking", "FoundationXML"]
            #expect(try imports(of: target).isDisjoint(with: banned), "\(target)")
        }
    }

    /// An error that is dropped without a word may be the one that says that something is lost.
    @Test(arguments: ["Publishing"]) func everyDroppedErrorHasAReason(_ target: String) throws {
        for path in try FileManager.default.subpathsOfDirectory(atPath: "\(sources)/\(target)")
        where path.hasSuffix(".swift") {
            let text = String(
                decoding: try Data(contentsOf: URL(filePath: "\(sources)/\(target)/\(path)")), as: UTF8.self)
            let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
            for (index, line) in lines.enumerated() where line.contains("try?") {
                let before = lines[max(0, index - 4)..<index]
                #expect(before.contains { $0.contains("// ") }, "\(target)/\(path):\(index + 1)")
            }
        }
    }

    private var root: String {
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    }

    private var sources: String { root + "/Sources" }

    /// The rows of the table whose first cell is a target in backticks: the second and the third name its imports.
    private func importTable() throws -> [String: Set<String>] {
        var table: [String: Set<String>] = [:]
        for line in try map() where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map { $0.trimmed }
            guard cells.count == 4 else { continue }
            let names = (cells[2] + "," + cells[3]).split(separator: ",").map { $0.trimmed }
            table[cells[0].trimming("`")] = Set(names.filter { !$0.isEmpty })
        }
        return table
    }

    private func imports(of target: String) throws -> Set<String> {
        var imports: Set<String> = []
        for path in try FileManager.default.subpathsOfDirectory(atPath: "\(sources)/\(target)")
        where path.hasSuffix(".swift") {
            let text = String(
                decoding: try Data(contentsOf: URL(filePath: "\(sources)/\(target)/\(path)")), as: UTF8.self)
            for line in text.split(separator: "\n") {
                let words = line.split(separator: " ")
                guard let word = words.firstIndex(of: "import"), word < 2, words.count > word + 1 else { continue }
                imports.insert(String(words[word + 1]))
            }
        }
        return imports
    }
}

extension StringProtocol {
    fileprivate var trimmed: String { trimming(" ") }

    fileprivate func trimming(_ character: Character) -> String {
        var text = self[...]
        while text.first == character { text = text.dropFirst() }
        while text.last == character { text = text.dropLast() }
        return String(text)
    }
}
