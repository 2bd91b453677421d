internal import AssetModel

// What a run reports must not depend on the order in which answers came or entries stand, so demands and failures have
// a total order: by place in the spec, then by spelling.

extension Demand: Comparable {
    package static func < (left: Demand, right: Demand) -> Bool {
        if left.line != right.line { return left.line < right.line }
        if left.column != right.column { return left.column < right.column }
        let (one, other) = (left.specification, right.specification)
        if one.name != other.name { return one.name < other.name }
        if one != other { return one.description < other.description }
        return left.chain.lexicographicallyPrecedes(right.chain)
    }

    private var column: Int { excerpt?.location.column ?? 0 }

    /// Its own line, or that of the entry that it comes from.
    fileprivate var line: Int {
        if let excerpt { return excerpt.location.line }
        guard case .entry(_, let line) = chain.first else { return 0 }
        return line
    }
}

extension PlanningFailure {
    static func order(_ left: PlanningFailure, _ right: PlanningFailure) -> Bool {
        let (leftDemand, rightDemand) = (left.demands.first, right.demands.first)
        if let leftDemand, let rightDemand {
            if leftDemand < rightDemand { return true }
            if rightDemand < leftDemand { return false }
        } else if leftDemand != nil || rightDemand != nil {
            return leftDemand == nil
        }
        return left.key.lexicographicallyPrecedes(right.key)
    }

    /// Who asked for what failed.
    package var demands: [Demand] {
        switch self {
        case .unknownGroup: []
        case .noVersion(_, let demand, let others, _): [demand] + others
        case .noSuchPart(_, _, let demand, _), .emptySelection(_, _, let demand, _), .notForKind(_, _, _, let demand):
            [demand]
        case .unknownAsset(_, let demands, _, _), .duplicates(_, let demands, _), .circle(_, let demands),
            .overlap(_, _, let demands), .conflictingDigests(_, _, _, let demands), .notPresent(_, _, _, let demands),
            .leftOut(_, _, let demands), .unsettled(_, let demands), .fact(_, _, let demands):
            demands
        }
    }

    /// A stable word for programs.
    package var code: String {
        switch self {
        case .unknownGroup: "unknown-group"
        case .unknownAsset: "unknown-asset"
        case .noVersion: "no-version"
        case .duplicates: "duplicates"
        case .circle: "circle"
        case .overlap: "overlap"
        case .noSuchPart: "no-such-part"
        case .emptySelection: "empty-selection"
        case .notForKind: "not-for-kind"
        case .conflictingDigests: "conflicting-digests"
        case .notPresent: "not-present"
        case .leftOut: "left-out"
        case .unsettled: "unsettled"
        case .fact: "fact"
        }
    }

    private var key: [String] {
        switch self {
        case .unknownGroup(let group, _, _): [code, group]
        case .unknownAsset(let name, _, _, _), .noVersion(let name, _, _, _), .duplicates(let name, _, _):
            [code, name.text]
        case .unsettled(let names, _): [code] + names.map(\.text)
        case .circle(let pins, _): [code] + pins.map(\.description)
        case .overlap(let outer, let inner, _): [code, outer.description, inner.description]
        case .noSuchPart(let pin, let part, _, _): [code, pin.description, part.text]
        case .notForKind(let pin, _, let what, _): [code, pin.description, what]
        case .emptySelection(let pin, _, _, _), .conflictingDigests(let pin, _, _, _), .notPresent(let pin, _, _, _),
            .leftOut(let pin, _, _):
            [code, pin.description]
        case .fact(let subject, _, _): [code, subject.order]
        }
    }
}
