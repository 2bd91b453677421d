import AssetModel
import Planning
import SpecFile
import Testing

struct SubstitutionTests {
    private let context = SpecContext(variables: ["SET": "value", "EMPTY": "", "UNICODE": "日本", "BRACE": "a}b"])

    private func prefix(_ written: String) throws -> String? {
        let text = "version: 1\nstorage:\n  prefix: '\(written)'\nassets: []\n"
        return try SpecFile.read(Array(text.utf8), file: "assets.yaml", context: context).storage.prefix?.value
    }

    private func faults(_ written: String) -> [String] {
        Corpus.diagnostics("version: 1\nstorage:\n  prefix: '\(written)'\nassets: []\n", context: context).map {
            "\($0.excerpt?.location.column ?? 0)+\($0.excerpt?.length ?? 0) \($0.message)"
        }
    }

    @Test(
        "what is written, and what it becomes",
        arguments: [
            ("a", "a"), ("$$", "$"), ("$$$$", "$$"), ("$${SET}", "${SET}"), ("${SET}", "value"),
            ("a${SET}b", "avalueb"),
            ("${EMPTY}", ""), ("${EMPTY:-x}", "x"), ("${SET:-x}", "value"), ("${UNSET:-x}", "x"), ("${UNSET:-}", ""),
            ("${UNSET:-${SET}}", "value"), ("${UNSET:-${OTHER:-x}y}z", "xyz"), ("${SET:-${UNSET}}", "value"),
            ("${SET:?gone}", "value"), ("${UNSET:-a:-b}", "a:-b"), ("${UNSET:-$$}", "$"), ("}{", "}{"),
            ("${BRACE}", "a}b"),
            ("${UNICODE}", "日本"), ("${SET}${SET}", "valuevalue"),
        ])
    func becomes(written: String, value: String) throws {
        #expect(try prefix(written) == value)
    }

    @Test(
        "what is refused, and where",
        arguments: [
            ("${UNSET}", "12+8 environment variable `UNSET` is not set"),
            ("a${UNSET}", "13+8 environment variable `UNSET` is not set"),
            ("日${UNSET}", "13+8 environment variable `UNSET` is not set"),
            ("${EMPTY:?fill it}", "12+17 environment variable `EMPTY` is empty: fill it"),
            ("${UNSET:-${OTHER}}", "21+8 environment variable `OTHER` is not set"),
            ("${", "12+2 unclosed variable reference `${`"), ("${SET", "12+5 unclosed variable reference `${SET`"),
            ("${SET:-", "12+7 unclosed variable reference `${SET:-`"),
            ("${SET:", "12+6 unclosed variable reference `${SET:`"),
            ("${}", "12+3 invalid variable reference `${}`"), ("${1}", "12+4 invalid variable reference `${1}`"),
            ("${SET:+x}", "12+9 invalid variable reference `${SET:+x}`"),
            ("${SET-x}", "12+8 invalid variable reference `${SET-x}`"),
            ("${S ET}", "12+7 invalid variable reference `${S ET}`"),
            ("${ÄÖ}", "12+5 invalid variable reference `${ÄÖ}`"),
            ("ab$SET", "14+4 ambiguous `$SET`"), ("$", "12+1 ambiguous `$`"),
            ("$$$", "14+1 ambiguous `$`"), ("${SET:-$}", "19+1 ambiguous `$`"),
        ])
    func refused(written: String, fault: String) {
        #expect(faults(written) == [fault])
    }

    @Test("a value that varies by what it holds is never YAML")
    func neverYAML() throws {
        let text = Array("version: 1\nstorage:\n  prefix: ${X}\nassets: []".utf8)
        for value in ["{a: b}", "# no", "&a", "*a", "!!int 1", "~", "'"] {
            let manifest = try SpecFile.read(text, file: "a", context: SpecContext(variables: ["X": value]))
            #expect(manifest.storage.prefix?.value == value)
        }
    }
}
