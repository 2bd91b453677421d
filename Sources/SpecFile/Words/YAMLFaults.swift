// The words for what is wrong with a file as YAML, apart from what libyaml itself reports (`YAMLProblem`).

extension SpecFault {
    private static let tree = "a mapping with `version: 1` and `assets:`"

    static var emptyFile: SpecFault {
        SpecFault(
            "empty", "the file is empty", expected: tree, hint: "create a starter file with `modelkit-assets init`")
    }

    static var severalDocuments: SpecFault {
        SpecFault(
            "several-documents", "multiple YAML documents in one file", expected: "one document per file",
            hint: "move the other documents to separate files")
    }

    static var tooDeep: SpecFault {
        SpecFault("too-deep", "the file is nested more than \(YAMLComposer.maximumDepth) levels deep")
    }

    static func tooManyNodes(_ limit: Int) -> SpecFault {
        SpecFault("too-large", "the file has more than \(limit) values")
    }

    static var aliasesTooLarge: SpecFault {
        SpecFault(
            "aliases-too-large",
            "the aliases in this file expand to more than \(YAMLComposer.maximumAliasedNodes) values",
            hint: "use fewer aliases")
    }

    static func tag(_ tag: String) -> SpecFault {
        let core = "tag:yaml.org,2002:"
        let written = tag.hasPrefix(core) ? "!!" + tag.dropFirst(core.count) : tag
        return SpecFault(
            "tag", "unsupported tag \(quoted(written))", expected: "a value without a tag",
            hint: tag.hasPrefix("!")
                ? "quote a value that starts with `!`: `version: \"!=3\"`"
                : "remove it: every value is read as written")
    }

    static func alias(_ name: String, isOpen: Bool, known: [String]) -> SpecFault {
        if isOpen {
            return SpecFault("alias", "alias \(quoted("*" + name)) is inside its own anchor")
        }
        return SpecFault(
            "alias", "unknown anchor \(quoted("&" + name))",
            hint: didYouMean("*" + name, among: known.map { "*" + $0 })
                ?? "quote a value that starts with `*`, such as a pattern: \(quoted("\"*\(name)\""))")
    }

    static var emptyBlock: SpecFault {
        SpecFault(
            "empty-block", "empty block scalar",
            hint: "quote a requirement: `version: \">=3.1, <4\"`")
    }

    static var mergeKey: SpecFault {
        SpecFault(
            "merge-key", "merge keys (`<<`) are not supported",
            hint: "write the keys out; aliases work for single values, as in `groups: *groups`")
    }

    static func duplicateKey(_ key: String, line: Int) -> SpecFault {
        SpecFault(
            "duplicate-key", "duplicate key \(quoted(key))",
            expected: "each key once; the first is on line \(line)",
            hint: "remove one of them")
    }

    static func unusableKey(_ kind: String) -> SpecFault {
        SpecFault("wrong-type", "wrong type of key: \(kind)", expected: "a string")
    }
}
