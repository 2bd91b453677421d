import AssetModel

// The words for what is wrong with a file that is YAML but no spec.

extension SpecFault {
    // MARK: - Structure

    static func missingVersion(isEmpty: Bool) -> SpecFault {
        SpecFault(
            "version", isEmpty ? "`version` is empty" : "missing `version`",
            expected: "`version: \(ManifestDecoder.formatVersion)`, the version of the format",
            hint: "add `version: 1` as the first line")
    }

    static func unknownVersion(_ text: SpecText) -> SpecFault {
        SpecFault(
            "version", "unsupported format version \(text.quotedValue())",
            expected: "`\(ManifestDecoder.formatVersion)`",
            hint: text.value.hasPrefix("1.")
                ? "did you mean `1`?" : "`version` is the version of the file format, not of an asset")
    }

    static func missingAssets(isEmpty: Bool) -> SpecFault {
        SpecFault(
            "assets", isEmpty ? "`assets` is empty" : "missing `assets`", expected: "a list of assets",
            hint: "list each as `- name:version`; write `assets: []` for none")
    }

    static func wrongType(_ node: YAMLNode, for subject: SpecSubject, expected: SpecExpectation) -> SpecFault {
        var hint: String?
        switch (subject, node.content) {
        case (.key(let key), .scalar(let text)) where expected.isList: hint = "write \(quoted("\(key): [\(text)]"))"
        case _ where expected.isList: hint = "start each item with `- `"
        case (.file, .sequence): hint = "put the list under `assets:`, after `version: 1`"
        default: break
        }
        return SpecFault(
            "wrong-type", "wrong type of \(subject.words): \(node.kind)", expected: expected.words, hint: hint)
    }

    static func unknownKey(_ pair: YAMLPair, among known: [String], in place: SpecPlace) -> SpecFault {
        SpecFault(
            "unknown-key", "unknown key \(quoted(pair.key)) \(place.words)", expected: "one of " + choice(known),
            hint: didYouMean(pair.key, among: known) ?? otherPlace(of: pair.key))
    }

    private static func otherPlace(of key: String) -> String? {
        if StorageKey(rawValue: key) != nil { return "`\(key)` belongs under `storage`" }
        if EntryKey(rawValue: key) != nil { return "`\(key)` belongs in an item of `assets`" }
        if FileKey(rawValue: key) != nil { return "`\(key)` belongs at the top level" }
        return nil
    }

    static func emptyItem(in key: String) -> SpecFault {
        SpecFault("empty", "empty item in `\(key)`", hint: "write a string, or remove the item")
    }

    static func control(_ scalar: Unicode.Scalar, in text: SpecText) -> SpecFault {
        let subject = text.value == text.written ? "this value" : "the value of \(quoted(text.written))"
        return SpecFault(
            "control-character", "\(subject) contains the character \(codePoint(scalar))",
            expected: "a single line without control characters")
    }

    static func unknownWord(_ text: SpecText, for key: String, _ words: [String]) -> SpecFault {
        SpecFault(
            key, "unknown `\(key)` \(text.quotedValue())", expected: choice(words),
            hint: didYouMean(text.value, among: words))
    }

    // MARK: - Storage

    static func endpointProvider(_ provider: String) -> SpecFault {
        SpecFault(
            "endpoint", "`endpoint` is not supported here for provider `\(provider)`",
            expected: "provider `s3`, or no `endpoint`",
            hint: "use a flag or the environment, so that credentials do not go to a host set by a spec file")
    }

    /// The value is not repeated: it may hold a password.
    static func endpoint(_ fault: EndpointFault) -> SpecFault {
        let expected = "a URL such as `https://s3.example.com:9000`"
        return switch fault {
        case .scheme:
            SpecFault("endpoint", "invalid endpoint: missing `http://` or `https://`", expected: expected)
        case .user:
            SpecFault(
                "endpoint", "invalid endpoint: it contains a user name or password", expected: expected,
                hint: "set credentials in the environment, never in a spec file")
        case .query: SpecFault("endpoint", "invalid endpoint: it has a query or fragment", expected: expected)
        case .host: SpecFault("endpoint", "invalid endpoint: missing host", expected: expected)
        case .port:
            SpecFault("endpoint", "invalid endpoint: the port must be a number from 1 to 65535", expected: expected)
        case .space: SpecFault("endpoint", "invalid endpoint: it contains a space", expected: expected)
        }
    }

    // MARK: - Entries

    static var dependencyMapping: SpecFault {
        SpecFault(
            "wrong-type", "wrong type of an item of `depends_on`: a mapping", expected: "a specification string",
            hint: "write `- nlp/lexicon:1`, the short form of an asset")
    }

    static var missingName: SpecFault {
        SpecFault("name", "missing `name` of this asset", expected: "`name: …`, such as `name: nlp/lexicon`")
    }

    static func emptyName(_ node: YAMLNode) -> SpecFault {
        guard case .null(let text) = node.content, !text.isEmpty else {
            return SpecFault("name", "`name` is empty", expected: AssetNameFault.expectation)
        }
        return SpecFault(
            "name", "`name` is null: YAML reads `\(text)` as null", expected: AssetNameFault.expectation,
            hint: "quote it as `\"\(text)\"` for an asset of that name")
    }

    static func spacedSpecification(_ name: String, version: String) -> SpecFault {
        let meant = version.isEmpty ? name : "\(name):\(version)"
        return SpecFault(
            "specification", "expected a specification string, found a mapping with the key \(quoted(name))",
            expected: "no \(version.isEmpty ? "colon" : "space") after the name", hint: "did you mean \(quoted(meant))?"
        )
    }

    static func group(_ text: SpecText) -> SpecFault {
        SpecFault("group", "invalid group name \(text.quotedValue())", expected: "letters, digits, `-` and `_`")
    }

    static func glob(_ text: SpecText) -> SpecFault {
        var hint: String?
        if text.value.hasPrefix("/") || text.value.hasPrefix("./") {
            hint = "patterns are relative to the asset: \(quoted(text.value.drop { "./".contains($0) }))"
        } else if text.value.contains("[") {
            hint =
                text.value.contains("]")
                ? "write ranges from low to high, as in `[a-z]`"
                : "close the set with `]`, or write `\\[` for a literal bracket"
        } else if text.value.hasSuffix("\\") {
            hint = "`\\` escapes the next character; separate directories with `/`"
        }
        return SpecFault(
            "glob", "invalid pattern \(text.quotedValue())",
            expected: "a glob relative to the asset, such as `fp16/**` or `**/*.onnx`",
            hint: hint)
    }

    static func digest(_ text: SpecText) -> SpecFault {
        let count = text.value.unicodeScalars.count
        let fault = count == 64 ? "a character is not a hexadecimal digit" : "\(count) characters"
        return SpecFault(
            "sha256", "invalid digest \(text.quotedValue()): \(fault)", expected: "64 hexadecimal digits",
            hint: text.value.lowercased().hasPrefix("sha256:") ? "remove `sha256:`" : "`sha256sum FILE` prints it")
    }
}
