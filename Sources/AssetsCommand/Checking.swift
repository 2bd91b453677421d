internal import AssetModel
internal import Catalog
internal import FileSystem
internal import ObjectStore
internal import Planning
internal import StoreTransport

/// Finds out whether a run would work.
struct Checking: Sendable {
    let settings: Settings
    let manifest: Manifest
    let role: CheckRole
    let retries: RetryLog

    func table() async -> CheckTable {
        var sections = [CheckTable.Section(title: "Settings", rows: SettingsText.rows(settings))]
        var statuses: [Int32] = []
        sections.append(CheckTable.Section(title: "Assets directory", rows: await directoryRows(&statuses)))
        switch (settings.provider?.value, settings.bucket?.value) {
        case (.s3, let bucket?):
            sections += await S3Checking(settings: settings, bucket: bucket, role: role, retries: retries).sections(
                &statuses)
        case (.gcs, let bucket?):
            sections += await GCSChecking(settings: settings, bucket: bucket, role: role, retries: retries).sections(
                &statuses)
        default: sections.append(CheckTable.Section(title: "Store", rows: await storeRows(&statuses)))
        }
        return CheckTable(sections, exitStatus: statuses.first ?? 0)
    }

    // MARK: The directory

    private func directoryRows(_ statuses: inout [Int32]) async -> [CheckTable.Row] {
        do {
            guard let directory = try AssetsDirectoryOpening.open(settings.assetsDirectory, ifMissing: .isAnError)
            else { return [] }
            try StoreOpening.checkApart(settings, directory)
            let rows = DirectoryCheck(directory).rows
            if rows.contains(where: { $0.state == .failed }) { statuses.append(9) }
            return [CheckTable.Row("exists", directory.path, state: .ok)] + rows
        } catch {
            statuses.append(error.exitStatus)
            return error.list.map { CheckTable.Row("exists", $0) }
        }
    }

    // MARK: The store

    private func storeRows(_ statuses: inout [Int32]) async -> [CheckTable.Row] {
        do {
            guard let store = try StoreOpening.open(settings, retries) else {
                return [CheckTable.Row("answers", "there is none: nothing is fetched")]
            }
            var rows = [CheckTable.Row("answers", store.name, state: .ok)]
            rows += await StoreReading(store: store).rows(&statuses)
            if role == .developer { rows.append(Self.unprovenWriting) }
            return rows
        } catch {
            statuses.append(error.exitStatus)
            return error.list.map { CheckTable.Row("answers", $0) }
        }
    }

    private static let unprovenWriting = CheckTable.Row(
        "can be written", "nothing is written to a folder to find out", state: .unproven)
}

/// Whether a store can be read: a listing, and one byte of an object, since where objects are encrypted a listing alone
/// proves nothing.
struct StoreReading: Sendable {
    let store: any ObjectStore

    func rows(_ statuses: inout [Int32]) async -> [CheckTable.Row] {
        let page: ListPage
        do throws(StoreError) {
            page = try await store.list(prefix: "", from: nil)
        } catch {
            return [failed("can be listed", error, &statuses)]
        }
        let names = page.objects.count { $0.key.text.hasSuffix(ModelkitLayout.versionsSuffix) }
        let more = page.next == nil ? "" : " and more"
        let listed = CheckTable.Row("can be listed", "\(Units.count(names, "asset"))\(more)", state: .ok)
        return [listed, await readRow(page, &statuses)]
    }

    /// The same of a store that is reached over a network, which may not answer at all.
    func rowsOfServer(_ statuses: inout [Int32]) async -> [CheckTable.Row] {
        let rows = await rows(&statuses)
        // A listing that came, or was refused, came from somewhere.
        guard rows.contains(where: { $0.state == .ok }) else { return rows }
        return [CheckTable.Row("answers", store.name, state: .ok)] + rows
    }

    private func readRow(_ page: ListPage, _ statuses: inout [Int32]) async -> CheckTable.Row {
        guard let object = page.objects.first(where: { $0.size > 0 }) else {
            return CheckTable.Row(
                "can be read", "there is no object to read under the prefix", state: .unproven,
                remedy: "push an asset, or check the bucket and the prefix")
        }
        do throws(StoreError) {
            _ = try await store.get(object.key, GetOptions(range: 0..<1))
            return CheckTable.Row("can be read", store.address(of: object.key), state: .ok)
        } catch {
            return failed("can be read", error, &statuses)
        }
    }

    private func failed(_ name: String, _ error: StoreError, _ statuses: inout [Int32]) -> CheckTable.Row {
        let problem = Problem(error)
        statuses.append(problem.exitStatus)
        return CheckTable.Row(name, problem)
    }
}

extension CheckTable.Row {
    init(_ name: String, _ setting: Setting<String>) {
        self.init(name, setting.value, source: setting.provenance.description)
    }

    /// - Parameter expiration: in seconds since 1970.
    init(_ name: String, at expiration: Double) {
        self.init(name, "in \(Units.duration(max(0, expiration - WallClock.now()).rounded(.down)))")
    }

    static let notAsked = CheckTable.Row("answers", "it was not asked, for want of credentials", state: .unproven)

    /// Something that does not work.
    init(_ name: String, _ problem: Problem) {
        let value = ([problem.message] + problem.details).joined(separator: "; ")
        self.init(name, value, state: .failed, remedy: problem.hint)
    }
}
