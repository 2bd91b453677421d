internal import AssetModel
internal import Execution
internal import Operations
internal import Planning
internal import Words

/// A run as JSON: what `schema/report.schema.json` describes.
struct ReportDocument: Encodable, Sendable {
    struct Asset: Encodable, Sendable {
        let asset: String
        let name: String
        let version: String
        /// The specification strings of the spec that it meets.
        let requested: [String]
        @OrNull var kind: String?
        let action: String
        let outcome: RunAsset.Outcome
        /// Where it is, or would be.
        @OrNull var path: String?
        let subPaths: [String]
        let downloadedObjects: Int
        let downloadedBytes: Int64
        @OrNull var error: ErrorDocument?
    }

    struct Failure: Encodable, Sendable {
        let code: String
        let message: String
        @OrNull var hint: String?
        @OrNull var file: String?
        @OrNull var line: Int?
        @OrNull var column: Int?
    }

    struct Totals: Encodable, Sendable {
        let assets: Int
        let present: Int
        let fetched: Int
        let failed: Int
        let skipped: Int
        let interrupted: Int
        let downloadedObjects: Int
        let downloadedBytes: Int64
        /// From the shared cache.
        let cachedObjects: Int
        let cachedBytes: Int64
        /// Of assets that were repaired, files that stood there as they should.
        let keptObjects: Int
        let keptBytes: Int64
        /// What earlier runs had fetched.
        let resumedBytes: Int64
        let seconds: Double
    }

    static let format = "modelkit-assets/report"
    static let version = 1

    let format: String
    let version: Int
    let status: Run.Status
    @OrNull var assetsDir: String?
    @OrNull var store: String?
    let assets: [Asset]
    let warnings: [String]
    /// All of them: those of the run, and then those of its assets in the plan's order.
    let errors: [Failure]
    let totals: Totals
    let exitStatus: Int32
}

extension ReportDocument {
    init(_ run: Run) {
        let assets = run.assets
        let entries = Dictionary(grouping: run.plan.entries, by: \.pin)
        self.init(
            format: Self.format, version: Self.version, status: run.status, assetsDir: run.assetsDirectory,
            store: run.store, assets: assets.map { Asset($0, entries[$0.step.pin] ?? [], of: run) },
            warnings: run.warnings,
            errors: (run.problems + assets.compactMap(\.problem)).map(Failure.init),
            totals: Totals(assets, run.report), exitStatus: run.exitStatus)
    }
}

extension ReportDocument.Asset {
    fileprivate init(_ asset: RunAsset, _ resolved: [ResolvedEntry], of run: Run) {
        let pin = asset.step.pin
        let entries = resolved.map(\.entry)
        self.init(
            asset: pin.description, name: pin.name.text, version: pin.version.text,
            requested: entries.map(\.specification.description), kind: asset.step.content?.kind.rawValue,
            action: asset.step.action.word, outcome: asset.outcome, path: run.path(of: pin),
            subPaths: entries.compactMap { entry in entry.subPart.flatMap { run.path(of: pin, subPart: $0) } },
            downloadedObjects: asset.downloadedObjects, downloadedBytes: asset.downloadedBytes,
            error: asset.problem.map(ErrorDocument.init))
    }
}

extension ReportDocument.Failure {
    init(_ problem: Problem) {
        let words = ErrorDocument(problem)
        let location = problem.excerpt?.location
        self.init(
            code: words.code, message: words.message, hint: words.hint, file: location?.file, line: location?.line,
            column: location?.column)
    }
}

extension ReportDocument.Totals {
    fileprivate init(_ assets: [RunAsset], _ report: Report) {
        func count(_ outcome: RunAsset.Outcome) -> Int { assets.filter { $0.outcome == outcome }.count }
        self.init(
            assets: assets.count, present: count(.present), fetched: count(.fetched), failed: count(.failed),
            skipped: count(.skipped), interrupted: count(.interrupted),
            downloadedObjects: assets.reduce(0) { $0 + $1.downloadedObjects },
            downloadedBytes: ByteSum.of(assets.map(\.downloadedBytes)), cachedObjects: report.reuse.cachedObjects,
            cachedBytes: report.reuse.cachedBytes, keptObjects: report.reuse.keptObjects,
            keptBytes: report.reuse.keptBytes, resumedBytes: report.reuse.resumedBytes,
            seconds: JSONText.seconds(report.seconds))
    }
}
