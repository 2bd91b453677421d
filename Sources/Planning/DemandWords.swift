package import AssetModel

extension AssetSpecification {
    /// As a message spells it: `nlp/lexicon:1[en]`, and `nlp/lexicon >=3.1, <4` where comparators stand apart from the name.
    package var phrase: String {
        guard case .comparators = requirement.kind else { return description }
        return "\(name) \(requirement)" + (subPart.map { "[\($0)]" } ?? "")
    }
}

extension Demand {
    /// Whether the spec's entry asks for the asset itself, rather than for one that depends on it.
    package var isOfEntry: Bool {
        guard chain.count == 1, case .entry(let text, _) = chain[0] else { return false }
        return text == specification.phrase
    }

    /// `assets.yaml:12`; nil where the place is not known.
    package var place: String? { excerpt.map { "\($0.location.file):\($0.location.line)" } }

    /// The chain from the spec's entry to what is required: `nlp/classifier:3 (assets.yaml:12) → nlp/tokenizer:1`.
    package var words: String {
        let links = isOfEntry ? [specification.phrase] : chain.map(\.name) + [specification.phrase]
        let first = links.prefix(1).map { $0 + (place.map { " (\($0))" } ?? "") }
        let gap = elided > 0 ? ["… \(elided) more …"] : []
        return (first + gap + links.dropFirst()).joined(separator: " → ")
    }
}

extension Requirer {
    /// The specification string or the pin.
    package var name: String {
        switch self {
        case .entry(let text, _): text
        case .asset(let pin): pin.description
        }
    }
}
