package import AssetModel

/// What would be done, in an order in which it can be.
package struct Plan: Sendable, Equatable {
    /// Dependencies before what needs them.
    package var steps: [Step]
    /// The version of each wanted entry, in the order of the file.
    package let entries: [ResolvedEntry]
    package let warnings: [ResolutionWarning]

    package init(steps: [Step], entries: [ResolvedEntry], warnings: [ResolutionWarning] = []) {
        self.steps = steps
        self.entries = entries
        self.warnings = warnings
    }

    /// Whether every step is `keep`.
    package var isFulfilled: Bool { steps.allSatisfy { $0.action == .keep } }

    /// The steps of these assets, and of those that they wait for.
    package func limited(to pins: Set<AssetPin>) -> Plan {
        var wanted = pins
        // What a step waits for comes in front of it.
        for step in steps.reversed() where wanted.contains(step.pin) { wanted.formUnion(step.waitsFor) }
        return Plan(steps: steps.filter { wanted.contains($0.pin) }, entries: entries, warnings: warnings)
    }
}

/// One asset's part of a plan.
package struct Step: Sendable, Equatable {
    package let pin: AssetPin
    package let action: StepAction
    /// What is fetched; nil where nothing is.
    package var content: StepContent?
    /// Sorted.
    package let neededBy: [Requirer]
    /// Sorted; these steps' assets must have appeared before this one does.
    package let waitsFor: [AssetPin]

    package init(
        pin: AssetPin, action: StepAction, content: StepContent?, neededBy: [Requirer] = [], waitsFor: [AssetPin] = []
    ) {
        self.pin = pin
        self.action = action
        self.content = content
        self.neededBy = neededBy
        self.waitsFor = waitsFor
    }
}

package enum StepAction: Sendable, Hashable {
    /// It is there.
    case keep
    case fetch
    /// Something is there, and is replaced.
    case refetch(RefetchReason)

    package var word: String {
        switch self {
        case .keep: "keep"
        case .fetch: "fetch"
        case .refetch: "refetch"
        }
    }
}

/// Why something that is there is fetched anew.
package enum RefetchReason: Sendable, Hashable {
    /// Whatever is there: MODELKIT_STORAGE_FORCE_DOWNLOAD or a flag says so.
    case forced
    /// It was fetched in part, and more of it is wanted.
    case moreFiles
    /// What is there cannot be taken for the asset.
    case incomplete(LocalFault)
    /// What is there was looked at, and is not what it should be.
    case damaged(AnyErrorDetail)
    /// As a saved plan words it; nil where it does not say.
    case planned(String?)
}

/// What a step fetches.
package struct StepContent: Sendable, Equatable {
    package let kind: AssetKind
    /// Seconds since 1970: the modification time of every file of the asset.
    package let pushTime: Int64
    /// Those of the selection; empty only where a directory asset has no files at all.
    package var objects: [ObjectFacts]
    /// Set where the selection leaves files out: then there is no marker, and the tool's own record instead.
    package let selection: [FileSelection]?

    package init(kind: AssetKind, pushTime: Int64, objects: [ObjectFacts], selection: [FileSelection]? = nil) {
        self.kind = kind
        self.pushTime = pushTime
        self.objects = objects
        self.selection = selection
    }
}
