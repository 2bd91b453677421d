internal import AssetModel

/// What a plan comes to.
package struct PlanTotals: Sendable, Equatable {
    package private(set) var assets = 0
    package private(set) var keep = 0
    package private(set) var fetch = 0
    package private(set) var refetch = 0
    /// Those that are fetched.
    package private(set) var objects = 0
    /// The sizes that are known, added up; at most `Int64.max`, since a store may claim any size.
    package private(set) var bytes: Int64 = 0
    /// How many of the objects are of unknown size.
    package private(set) var unknownSizes = 0

    package init(_ plan: Plan) {
        for step in plan.steps { add(step) }
    }

    package init(_ step: Step) { add(step) }

    private mutating func add(_ step: Step) {
        assets += 1
        switch step.action {
        case .keep: keep += 1
        case .fetch: fetch += 1
        case .refetch: refetch += 1
        }
        for object in step.content?.objects ?? [] { add(object) }
    }

    private mutating func add(_ object: ObjectFacts) {
        objects += 1
        guard let size = object.size else {
            unknownSizes += 1
            return
        }
        bytes = ByteSum.adding(bytes, size)
    }
}
