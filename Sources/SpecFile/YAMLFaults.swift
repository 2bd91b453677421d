// The words for what is wrong with a file as YAML, apart from what libyaml itself reports (`YAMLProblem`).

extension SpecFault {
    private static let tree = "a mapping with `version: 1` and `assets:`"

    static var emptyFile: SpecFault {
        SpecFault(
            "empty", "the file is empty", expected: tree, hint: "`modelkit-assets init` writes a file to begin with")
    }

    static var severalDocuments: SpecFault {
        SpecFault(
            "several-documents", "a second document begins here", expected: "one document in a file",
            hint: "put the other documents into files of their own")
    }

    static var tooDeep: SpecFault {
        SpecFault("too-deep", "the file nests deeper than \(YAMLComposer.maximumDepth) levels")
    }

    static func tooManyNodes(_ limit: Int) -> SpecFault {
        SpecFault("too-large", "the file has more than \(limit) values")
    }

    static var aliasesTooLarge: SpecFault {
        SpecFault(
            "aliases-too-large",
            "the aliases of this file stand for more than \(YAMLComposer.maximumAliasedNodes) values",
            hint: "write out what is repeated, or repeat less")
    }

    static func tag(_ tag: String) -> SpecFault {
        let core = "tag:yaml.org,2002:"
        let written = tag.hasPrefix(core) ? "!!" + tag.dropFirst(core.count) : tag
        return SpecFault(
            "tag", "the tag \(quoted(written)) is not allowed", expected: "a value without a tag",
            hint: tag.hasPrefix("!")
                ? "put a text that begins with `!` into quotes: `version: \"!=3\"`"
                : "remove it: every value is read as the text that is written")
    }

    static func alias(_ name: String, isOpen: Bool, known: [String]) -> SpecFault {
        if isOpen {
            return SpecFault("alias", "the alias \(quoted("*" + name)) stands inside its own anchor")
        }
        return SpecFault(
            "alias", "no anchor \(quoted("&" + name)) stands before this alias",
            hint: didYouMean("*" + name, among: known.map { "*" + $0 })
                ?? "a text that begins with `*`, such as a pattern, needs quotes: \(quoted("\"*\(name)\""))")
    }

    static var emptyBlock: SpecFault {
        SpecFault(
            "empty-block", "this begins a block of text, and none follows",
            hint: "put a requirement into quotes: `version: \">=3.1, <4\"`")
    }

    static var mergeKey: SpecFault {
        SpecFault(
            "merge-key", "merge keys (`<<`) are not supported",
            hint: "write the keys out; an alias can stand for a single value, as in `groups: *groups`")
    }

    static func duplicateKey(_ key: String, line: Int) -> SpecFault {
        SpecFault(
            "duplicate-key", "the key \(quoted(key)) is here twice",
            expected: "each key once; the first is in line \(line)",
            hint: "remove one of the two")
    }

    static func unusableKey(_ kind: String) -> SpecFault {
        SpecFault("wrong-type", "this key is \(kind)", expected: "a text for a key")
    }
}
