import AssetModel
import Planning

// The items of `assets:`.

extension ManifestDecoder {
    mutating func entry(_ node: YAMLNode) -> ManifestEntry? {
        switch node.content {
        case .unusable: return nil
        case .null:
            diagnostics.add(.emptyItem(in: "assets"), at: node.span)
            return nil
        case .scalar: return shortEntry(node)
        case .mapping: return longEntry(node)
        case .sequence:
            wrongType(node, for: .asset, expected: .specificationOrMapping)
            return nil
        }
    }

    private mutating func shortEntry(_ node: YAMLNode) -> ManifestEntry? {
        guard let text = text(node, for: .asset) else { return nil }
        if text.value.isEmpty { diagnostics.add(.emptyItem(in: "assets"), at: text.span) }
        guard !text.value.isEmpty, let specification = specification(text) else { return nil }
        return ManifestEntry(
            name: specification.name, requirement: specification.requirement, subPart: specification.subPart,
            excerpt: diagnostics.excerpt(text.span))
    }

    private mutating func longEntry(_ node: YAMLNode) -> ManifestEntry? {
        if let fault = spacedSpecification(node) {
            diagnostics.add(fault.0, at: fault.1)
            return nil
        }
        guard let fields = fields(of: node, as: EntryKey.self, for: .asset) else { return nil }
        let name = name(fields, in: node)
        let requirement = requirement(fields[.version])
        let dependencies = dependencies(fields[.dependsOn])
        let groups = groups(fields[.groups])
        let selection = FileSelection(include: globs(fields[.include]), exclude: globs(fields[.exclude]))
        let digest = digest(fields[.sha256])
        guard let name, let requirement else { return nil }
        return ManifestEntry(
            name: name.value, requirement: requirement, dependsOn: dependencies, groups: groups, selection: selection,
            sha256: digest, excerpt: diagnostics.excerpt(name.span))
    }

    /// `- nlp/tokenizer: 1.4`, which YAML reads as a mapping.
    func spacedSpecification(_ node: YAMLNode) -> (SpecFault, SourceSpan)? {
        guard let pair = node.pairs?.first, node.pairs?.count == 1, EntryKey(rawValue: pair.key) == nil else {
            return nil
        }
        guard (try? AssetName(pair.key)) != nil else { return nil }
        switch pair.value.content {
        case .null: return (.spacedSpecification(pair.key, version: ""), pair.keySpan)
        case .scalar(let version): return (.spacedSpecification(pair.key, version: version), pair.keySpan)
        default: return nil
        }
    }

    private mutating func name(_ fields: Fields<EntryKey>, in node: YAMLNode) -> (value: AssetName, span: SourceSpan)? {
        if fields.lacks(.name) { diagnostics.add(.missingName, at: node.span) }
        guard let pair = fields[.name] else { return nil }
        if pair.value.isNull {
            diagnostics.add(.emptyName(pair.value), at: pair.keySpan)
            return nil
        }
        guard let text = text(pair.value, for: .key(pair.key)) else { return nil }
        do throws(AssetNameFault) {
            return (try AssetName(text.value), text.span)
        } catch {
            diagnostics.add(.name(error, text, isBare: true), at: text.span)
            return nil
        }
    }

    private mutating func requirement(_ pair: YAMLPair?) -> VersionRequirement? {
        guard let pair, !pair.value.isNull else { return .latest }
        guard let text = text(pair.value, for: .key(pair.key)) else { return nil }
        do throws(VersionRequirementFault) {
            return try firstReading { system throws(VersionRequirementFault) in
                try VersionRequirement(parsing: text.value, in: system)
            }
        } catch {
            diagnostics.add(.requirement(error, text, in: systems), at: text.span)
            return nil
        }
    }

    private mutating func dependencies(_ pair: YAMLPair?) -> [ManifestDependency] {
        var dependencies: [ManifestDependency] = []
        for text in texts(pair) {
            guard let specification = specification(text) else { continue }
            dependencies.append(ManifestDependency(specification, excerpt: diagnostics.excerpt(text.span)))
        }
        return dependencies
    }

    private mutating func specification(_ text: SpecText) -> AssetSpecification? {
        do throws(AssetSpecificationFault) {
            return try firstReading { system throws(AssetSpecificationFault) in
                try AssetSpecification(parsing: text.value, in: system)
            }
        } catch {
            let place = SpecificationPlace(of: error, in: text)
            diagnostics.add(.specification(error, text, in: systems), at: place.span)
            return nil
        }
    }

    /// What the first versioning system says that understands the text; the first one's fault where none does.
    private func firstReading<Value, Fault>(_ read: (VersioningSystem) throws(Fault) -> Value) throws(Fault) -> Value {
        for system in systems {
            if let value = try? read(system) { return value }
        }
        return try read(systems.first ?? .majorMinor)
    }

    private mutating func groups(_ pair: YAMLPair?) -> [String] {
        texts(pair).compactMap { text in
            let isGroup = text.value.utf8.allSatisfy { byte in
                let scalar = Unicode.Scalar(byte)
                return scalar == "_" || scalar == "-" || (scalar.isASCII && Character(scalar).isLetter)
                    || ("0"..."9").contains(scalar)
            }
            if isGroup { return text.value }
            diagnostics.add(.group(text), at: text.span)
            return nil
        }
    }

    private mutating func globs(_ pair: YAMLPair?) -> [Glob] {
        texts(pair).compactMap { text in
            if let glob = Glob(text.value) { return glob }
            diagnostics.add(.glob(text), at: text.span)
            return nil
        }
    }

    private mutating func digest(_ pair: YAMLPair?) -> SHA256Digest? {
        guard let text = optionalText(pair) else { return nil }
        if let digest = SHA256Digest(hex: text.value) { return digest }
        diagnostics.add(.digest(text), at: text.span)
        return nil
    }
}

/// Which part of a specification string a fault is about.
private struct SpecificationPlace {
    let span: SourceSpan

    init(of fault: AssetSpecificationFault, in text: SpecText) {
        let scalars = Array(text.value.unicodeScalars)
        switch fault {
        case .name(_, let part): span = text.span(from: 0, count: part.unicodeScalars.count)
        case .version(let part):
            let start = (scalars.firstIndex(of: ":") ?? 0) + 1
            span = text.span(from: start, count: part.unicodeScalars.count)
        case .subPart(_, let part):
            let start = (scalars.firstIndex(of: "[") ?? 0) + 1
            span = text.span(from: start, count: part.unicodeScalars.count)
        case .bracket:
            let start = scalars.firstIndex { $0 == "[" || $0 == "]" } ?? 0
            span = text.span(from: start, count: scalars.count - start)
        }
    }
}
