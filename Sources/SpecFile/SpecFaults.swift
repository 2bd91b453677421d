import AssetModel

// The words for what is wrong with a file that is YAML but no spec.

extension SpecFault {
    // MARK: - Structure

    static func missingVersion(isEmpty: Bool) -> SpecFault {
        SpecFault(
            "version", isEmpty ? "`version` is empty" : "the file has no `version`",
            expected: "`version: \(ManifestDecoder.formatVersion)`, the format's version",
            hint: "put `version: 1` into the first line")
    }

    static func unknownVersion(_ text: SpecText) -> SpecFault {
        SpecFault(
            "version", "format version \(text.quotedValue()) is not known",
            expected: "`\(ManifestDecoder.formatVersion)`, the only version that this program reads",
            hint: text.value.hasPrefix("1.")
                ? "did you mean `1`?" : "this is the version of the file's format, not of an asset")
    }

    static func missingAssets(isEmpty: Bool) -> SpecFault {
        SpecFault(
            "assets", isEmpty ? "`assets` is empty" : "the file has no `assets`", expected: "a list of assets",
            hint: "write each as `- name:version`; `assets: []` asks for none")
    }

    static func wrongType(_ node: YAMLNode, for subject: String, expected: String) -> SpecFault {
        var hint: String?
        if expected.hasPrefix("a list") {
            switch node.content {
            case .scalar(let text) where !subject.contains(" "): hint = "write \(quoted("\(subject): [\(text)]"))"
            default: hint = "begin each item with `- `"
            }
        } else if case .sequence = node.content, subject == "the file" {
            hint = "put the list below `assets:`, after `version: 1`"
        }
        let subject = subject.contains(" ") ? subject : "`\(subject)`"
        return SpecFault("wrong-type", "\(subject) is \(node.kind)", expected: expected, hint: hint)
    }

    static func unknownKey(_ pair: YAMLPair, among known: [String], in place: String) -> SpecFault {
        SpecFault(
            "unknown-key", "unknown key \(quoted(pair.key)) \(place)", expected: "one of " + choice(known),
            hint: didYouMean(pair.key, among: known) ?? otherPlace(of: pair.key))
    }

    private static func otherPlace(of key: String) -> String? {
        if StorageKey(rawValue: key) != nil { return "`\(key)` belongs below `storage`" }
        if EntryKey(rawValue: key) != nil { return "`\(key)` belongs to an item of `assets`" }
        if FileKey(rawValue: key) != nil { return "`\(key)` belongs to the file's top level" }
        return nil
    }

    static func emptyItem(in key: String) -> SpecFault {
        SpecFault("empty", "this item of `\(key)` is empty", hint: "write a text, or remove the item")
    }

    static func control(_ scalar: Unicode.Scalar, in text: SpecText) -> SpecFault {
        let subject = text.value == text.written ? "this value" : "what \(quoted(text.written)) stands for"
        return SpecFault(
            "control-character", "\(subject) holds the character \(codePoint(scalar))",
            expected: "a text of one line without control characters")
    }

    static func unknownWord(_ text: SpecText, for key: String, _ words: [String]) -> SpecFault {
        SpecFault(
            key, "unknown `\(key)` \(text.quotedValue())", expected: choice(words),
            hint: didYouMean(text.value, among: words))
    }

    // MARK: - Storage

    static func endpointProvider(_ provider: String) -> SpecFault {
        SpecFault(
            "endpoint", "`endpoint` cannot be set here for provider `\(provider)`",
            expected: "provider `s3`, or no `endpoint`",
            hint: "credentials must not go to a host that a spec file names; use a flag or the environment")
    }

    /// The value is not repeated: it may hold a password.
    static func endpoint(_ fault: EndpointFault) -> SpecFault {
        let expected = "a URL such as `https://s3.example.com:9000`"
        return switch fault {
        case .scheme:
            SpecFault("endpoint", "the endpoint does not begin with `http://` or `https://`", expected: expected)
        case .user:
            SpecFault(
                "endpoint", "the endpoint holds a user name or password", expected: expected,
                hint: "credentials come from the environment, never from a spec file")
        case .query: SpecFault("endpoint", "the endpoint has a query or a fragment", expected: expected)
        case .host: SpecFault("endpoint", "the endpoint has no host", expected: expected)
        case .port: SpecFault("endpoint", "the endpoint's port is not a number from 1 to 65535", expected: expected)
        case .space: SpecFault("endpoint", "the endpoint contains a space", expected: expected)
        }
    }

    // MARK: - Entries

    static var dependencyMapping: SpecFault {
        SpecFault(
            "wrong-type", "an item of `depends_on` is a mapping", expected: "a specification string",
            hint: "write `- nlp/lexicon:1`, as the short form of an asset")
    }

    static var missingName: SpecFault {
        SpecFault("name", "this asset has no `name`", expected: "`name: …`, such as `name: nlp/lexicon`")
    }

    static func emptyName(_ node: YAMLNode) -> SpecFault {
        guard case .null(let text) = node.content, !text.isEmpty else {
            return SpecFault("name", "`name` is empty", expected: AssetNameFault.expectation)
        }
        return SpecFault(
            "name", "`name` is `\(text)`, which is YAML for nothing", expected: AssetNameFault.expectation,
            hint: "write `\"\(text)\"` in quotes for an asset of that name")
    }

    static func spacedSpecification(_ name: String, version: String) -> SpecFault {
        let meant = version.isEmpty ? name : "\(name):\(version)"
        return SpecFault(
            "specification", "this is a mapping with the key \(quoted(name)), not a specification string",
            expected: "no \(version.isEmpty ? "colon" : "space") after the name", hint: "did you mean \(quoted(meant))?"
        )
    }

    static func group(_ text: SpecText) -> SpecFault {
        SpecFault("group", "\(text.quotedValue()) is not a group name", expected: "letters, digits, `-` and `_`")
    }

    static func glob(_ text: SpecText) -> SpecFault {
        var hint: String?
        if text.value.hasPrefix("/") || text.value.hasPrefix("./") {
            hint = "a pattern begins at the asset's own folder: \(quoted(text.value.drop { "./".contains($0) }))"
        } else if text.value.contains("[") {
            hint =
                text.value.contains("]")
                ? "write the ranges of a set from low to high, as in `[a-z]`"
                : "close the set with `]`, or write `\\[` for the character itself"
        } else if text.value.hasSuffix("\\") {
            hint = "a `\\` takes the next character literally; folders are divided by `/`"
        }
        return SpecFault(
            "glob", "\(text.quotedValue()) is not a pattern",
            expected: "a pattern inside the asset, such as `fp16/**` or `**/*.onnx`",
            hint: hint)
    }

    static func digest(_ text: SpecText) -> SpecFault {
        let count = text.value.unicodeScalars.count
        let fault = count == 64 ? "has a character that is no hexadecimal digit" : "has \(count) characters"
        return SpecFault(
            "sha256", "the digest \(text.quotedValue()) \(fault)", expected: "64 hexadecimal digits",
            hint: text.value.lowercased().hasPrefix("sha256:") ? "leave out `sha256:`" : "`sha256sum FILE` prints it")
    }
}
