import AssetModel
import Planning
import Testing

@testable import SpecFile

@Suite
struct SpecEditorTests {
    private func editor(_ text: String) throws -> SpecEditor {
        try SpecEditor(Array(text.utf8), file: "assets.yaml", context: SpecContext())
    }

    private func entry(_ text: String, groups: [String] = []) throws -> NewEntry {
        NewEntry(try AssetSpecification(parsing: text, in: .majorMinor), groups: groups)
    }

    private func requirement(_ text: String) throws -> VersionRequirement {
        try VersionRequirement(parsing: text, in: .majorMinor)
    }

    // MARK: Adding

    @Test(
        "an entry is added as the last, in the list's own layout",
        arguments: [
            ("version: 1\nassets: []\n", "version: 1\nassets:\n  - c:1\n"),
            ("version: 1\nassets: []", "version: 1\nassets:\n  - c:1"),
            ("version: 1\nassets: []   # none\n# more\n", "version: 1\nassets:    # none\n  - c:1\n# more\n"),
            ("assets: [ ]\nversion: 1\n", "assets:\n  - c:1\nversion: 1\n"),
            ("version: 1\nassets:\n- a:1\n- b\n", "version: 1\nassets:\n- a:1\n- b\n- c:1\n"),
            ("version: 1\nassets:\n  - a:1", "version: 1\nassets:\n  - a:1\n  - c:1"),
            ("version: 1\nassets:\n    - a:1 # one\n", "version: 1\nassets:\n    - a:1 # one\n    - c:1\n"),
            (
                "version: 1\r\nassets:\r\n  - a:1\r\n\r\n# end\r\n",
                "version: 1\r\nassets:\r\n  - a:1\r\n  - c:1\r\n\r\n# end\r\n"
            ),
            (
                "version: 1\nassets:\n  - name: a\n    groups:\n      - x\n      - y # why\n\nstorage:\n  provider: s3\n",
                "version: 1\nassets:\n  - name: a\n    groups:\n      - x\n      - y # why\n  - c:1\n\nstorage:\n  provider: s3\n"
            ),
            (
                "version: 1\nassets:\n  - name: a\n    groups:\n      - |-\n        x\n  # last\n",
                "version: 1\nassets:\n  - name: a\n    groups:\n      - |-\n        x\n  - c:1\n  # last\n"
            ),
            ("version: 1\nassets: [a:1, b]\n", "version: 1\nassets: [a:1, b, c:1]\n"),
            ("version: 1\nassets: [\n  a:1,\n  b, # two\n]\n", "version: 1\nassets: [\n  a:1,\n  b, c:1, # two\n]\n"),
            (
                "{version: 1, assets: [{name: a, include: [é]}]}\n",
                "{version: 1, assets: [{name: a, include: [é]}, c:1]}\n"
            ),
            ("\u{FEFF}version: 1\nassets: [a] # é\n", "\u{FEFF}version: 1\nassets: [a, c:1] # é\n"),
        ])
    func adds(before: String, after: String) throws {
        var editor = try editor(before)
        try editor.add(try entry("c:1"))
        #expect(String(decoding: editor.bytes, as: UTF8.self) == after)
        #expect(editor.manifest.entries.last?.specification == (try entry("c:1")).specification)
    }

    @Test("what a specification string cannot say is added as a mapping, and odd texts in quotes")
    func addsMappings() throws {
        var editor = try editor("version: 1\nassets:\n- a\n")
        try editor.add(try entry("b:1[x y/$z.txt]"))
        try editor.add(try entry("c:1.10", groups: ["serving", "training"]))
        let range = AssetSpecification(name: try AssetName("d"), requirement: try requirement(">=1, <3"))
        try editor.add(NewEntry(range))
        let text = """
            version: 1
            assets:
            - a
            - "b:1[x y/$$z.txt]"
            - name: c
              version: "1.10"
              groups: [serving, training]
            - name: d
              version: ">=1, <3"

            """
        #expect(String(decoding: editor.bytes, as: UTF8.self) == text)
    }

    // MARK: Requirements

    @Test(
        "a requirement is changed where it stands",
        arguments: [
            ("- a:1 # one", "2", "- a:2 # one"),
            ("- 'a:1'", "2.5", "- a:2.5"),
            ("- a:1[x/y]", "2", "- a:2[x/y]"),
            ("- a:1", "latest", "- a"),
            ("- a:1 # one", ">=2", "- name: a\n  version: \">=2\" # one"),
            ("- name: a # one\n  version: '1' # two", "2", "- name: a # one\n  version: \"2\" # two"),
            ("- {name: a, version: 1, groups: [x]}", "<4", "- {name: a, version: \"<4\", groups: [x]}"),
            ("- {name: a, groups: [x]}", "2", "- {name: a, version: \"2\", groups: [x]}"),
            ("- groups: [x]\n  name: a # one", "1.10", "- groups: [x]\n  name: a # one\n  version: \"1.10\""),
        ])
    func requires(before: String, wanted: String, after: String) throws {
        var editor = try editor("version: 1\nassets:\n\(before)\n- b\n")
        try editor.change(editor.manifest.entries[0].specification.requiring(try requirement(wanted)), at: 0)
        #expect(String(decoding: editor.bytes, as: UTF8.self) == "version: 1\nassets:\n\(after)\n- b\n")
    }

    @Test(
        "a part is changed where a specification string stands",
        arguments: [
            ("- a:1 # one", "a:1[x/y]", "- a:1[x/y] # one"), ("- a:1[x/y]", "a:1[z]", "- a:1[z]"),
            ("- a[x]", "a:2[y]", "- a:2[y]"), ("- a[x]", "a", "- a"),
        ])
    func changesParts(before: String, wanted: String, after: String) throws {
        var editor = try editor("version: 1\nassets:\n\(before)\n- b\n")
        try editor.change(try entry(wanted).specification, at: 0)
        #expect(String(decoding: editor.bytes, as: UTF8.self) == "version: 1\nassets:\n\(after)\n- b\n")
    }

    @Test("a mapping, which names no part, gets none")
    func keepsMappings() throws {
        let text = "version: 1\nassets:\n- name: a\n  version: 1\n"
        var editor = try editor(text)
        let wanted = try entry("a:1[x]").specification
        #expect(throws: SpecEditFault(line: "- a:1[x]")) { try editor.change(wanted, at: 0) }
        #expect(String(decoding: editor.bytes, as: UTF8.self) == text)
    }

    // MARK: Removing

    @Test(
        "an entry is removed with its lines, and with nothing else",
        arguments: [
            (
                "version: 1\nassets:\n  # first\n  - a:1 # a\n  # second\n  - b\n", 0,
                "version: 1\nassets:\n  # first\n  # second\n  - b\n"
            ),
            ("version: 1\nassets:\n- a\n- b", 1, "version: 1\nassets:\n- a\n"),
            ("version: 1\nassets: # all\n- a\n# end\n", 0, "version: 1\nassets: [] # all\n# end\n"),
            ("version: 1\nassets:\n-\n  name: a\n  groups: [x,\n    y]\n- b\n", 0, "version: 1\nassets:\n- b\n"),
            ("version: 1\r\nassets:\r\n- a\r\n- b\r\n", 0, "version: 1\r\nassets:\r\n- b\r\n"),
            ("version: 1\nassets: [a, b, c]\n", 0, "version: 1\nassets: [b, c]\n"),
            ("version: 1\nassets: [a, b, c]\n", 2, "version: 1\nassets: [a, b]\n"),
            ("version: 1\nassets: [a]\n", 0, "version: 1\nassets: []\n"),
        ])
    func removes(before: String, index: Int, after: String) throws {
        var editor = try editor(before)
        try editor.remove(at: index)
        #expect(String(decoding: editor.bytes, as: UTF8.self) == after)
    }

    // MARK: What is not edited

    @Test(
        "a layout that has no place to edit is left as it is",
        arguments: [
            "version: 1\nassets: &all\n  [a]\n", "version: 1\nassets: [\n # none\n]\n",
        ])
    func refuses(text: String) throws {
        var editor = try editor(text)
        let entry = try entry("c:1")
        #expect(throws: SpecEditFault(line: "- c:1")) { try editor.add(entry) }
        #expect(String(decoding: editor.bytes, as: UTF8.self) == text)
    }

    @Test("every accepted spec of the corpus can be edited anywhere, or stays as it is")
    func corpusIsEdited() throws {
        var (edited, refused) = (0, 0)
        for name in Corpus.accepted {
            let bytes = try Corpus.bytes("accepted/\(name).yaml")
            let original = try SpecEditor(bytes, file: "assets.yaml", context: SpecContext(variables: Corpus.variables))
            var edits: [(inout SpecEditor) throws -> Void] = [{ try $0.add(try entry("new/one:1")) }]
            for index in original.manifest.entries.indices {
                edits.append { try $0.remove(at: index) }
                edits.append {
                    let wanted = $0.manifest.entries[index].specification.requiring(try requirement("7.7"))
                    try $0.change(wanted, at: index)
                }
            }
            for edit in edits {
                var editor = original
                do {
                    try edit(&editor)
                    edited += 1
                    #expect(comments(editor.bytes).count <= comments(original.bytes).count)
                } catch is SpecEditFault {
                    refused += 1
                    #expect(editor.bytes == original.bytes)
                }
            }
        }
        #expect(edited > 40 && refused < edited / 4, "\(edited) edited, \(refused) refused")
    }

    private func comments(_ bytes: [UInt8]) -> [Substring] {
        String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).filter { $0.contains("#") }
    }
}

extension AssetSpecification {
    fileprivate func requiring(_ requirement: VersionRequirement) -> AssetSpecification {
        AssetSpecification(name: name, requirement: requirement, subPart: subPart)
    }
}
