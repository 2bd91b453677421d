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

    /// What is asked for and by whom: `` `nlp/tokenizer:1`, which `nlp/classifier:3` depends on (assets.yaml:12) ``.
    package var words: String {
        let askers = isOfEntry ? [] : chain.reversed().map { ", which `\($0.name)` depends on" }
        let gap = elided > 0 ? ", and so on through \(elided) more" : ""
        let chain = askers.dropLast().joined() + gap + (askers.last ?? "")
        return "`\(specification.phrase)`" + chain + (place.map { " (\($0))" } ?? "")
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
