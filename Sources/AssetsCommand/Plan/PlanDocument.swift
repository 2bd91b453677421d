internal import AssetModel
internal import Operations
internal import Planning
internal import Words

/// A plan as JSON; `schema/plan.schema.json` describes it.
struct PlanDocument: Encodable, Sendable {
    let format: String
    let version: Int
    let assetsDir: String
    @OrNull var store: String?
    /// Dependencies before what waits for them.
    let steps: [StepDocument]
    let warnings: [String]
    let totals: TotalsDocument

    static let format = "modelkit-assets/plan"
    static let version = 1

    init(_ plan: Plan, _ context: PlanContext) {
        format = Self.format
        version = Self.version
        assetsDir = context.assetsDirectory
        _store = OrNull(wrappedValue: context.store)
        steps = plan.steps.map { StepDocument($0, context) }
        warnings = plan.warnings.sentences
        totals = TotalsDocument(PlanTotals(plan), freeBytes: context.freeBytes)
    }
}

struct StepDocument: Encodable, Sendable {
    /// `name:version`
    let asset: String
    let name: String
    let version: String
    /// Null where nothing is fetched, because then nobody asked.
    @OrNull var kind: AssetKind?
    let action: String
    /// Why it is fetched again.
    @OrNull var reason: String?
    let objects: [ObjectDocument]
    let neededBy: [String]
    let waitsFor: [String]
    /// Where it is or will be.
    let path: String

    init(_ step: Step, _ context: PlanContext) {
        asset = step.pin.description
        name = step.pin.name.text
        version = step.pin.version.text
        _kind = OrNull(wrappedValue: step.content?.kind)
        action = step.action.word
        var reason: String?
        if case .refetch(let why) = step.action { reason = why.words }
        _reason = OrNull(wrappedValue: reason)
        objects = (step.content?.objects ?? []).map { ObjectDocument($0, of: step.pin, prefix: context.prefix) }
        neededBy = step.neededBy.map { requirer in
            guard case .entry(let text, let line) = requirer, line > 0 else { return requirer.name }
            return "\(context.specFile):\(line) \(text)"
        }
        waitsFor = step.waitsFor.map(\.description)
        path = PathText.joined(context.assetsDirectory, ModelkitLayout.localPath(of: step.pin))
    }
}

struct ObjectDocument: Encodable, Sendable {
    /// Inside the asset; null for a file asset.
    @OrNull var path: String?
    /// In the bucket.
    let key: String
    /// In bytes; null where it is not known.
    @OrNull var size: Int64?

    init(_ object: ObjectFacts, of pin: AssetPin, prefix: String) {
        _path = OrNull(wrappedValue: object.path?.text)
        let inPrefix = object.path.map { ModelkitLayout.dataObject(of: pin, path: $0) }
        key = PathText.joined(prefix, inPrefix ?? ModelkitLayout.dataObject(of: pin))
        _size = OrNull(wrappedValue: object.size)
    }
}

struct TotalsDocument: Encodable, Sendable {
    let assets: Int
    let keep: Int
    let fetch: Int
    let refetch: Int
    let objects: Int
    let bytes: Int64
    let objectsOfUnknownSize: Int
    @OrNull var freeBytes: Int64?

    init(_ totals: PlanTotals, freeBytes: Int64?) {
        assets = totals.assets
        keep = totals.keep
        fetch = totals.fetch
        refetch = totals.refetch
        objects = totals.objects
        bytes = totals.bytes
        objectsOfUnknownSize = totals.unknownSizes
        _freeBytes = OrNull(wrappedValue: freeBytes)
    }
}
