internal import AssetModel
internal import Catalog
internal import FileSystem
internal import ObjectStore
internal import Planning
internal import StoreProviders

/// Finds out whether a run would work.
struct Checking: Sendable {
    let settings: Settings
    let manifest: Manifest

    func table() async -> CheckTable {
        var sections = [CheckTable.Section(title: "Settings", rows: SettingsText.rows(settings))]
        var statuses: [Int32] = []
        sections.append(CheckTable.Section(title: "Assets directory", rows: await directoryRows(&statuses)))
        sections.append(CheckTable.Section(title: "Store", rows: await storeRows(&statuses)))
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
            return error.list.map { Self.row("exists", $0) }
        }
    }

    // MARK: The store

    private func storeRows(_ statuses: inout [Int32]) async -> [CheckTable.Row] {
        do {
            guard let store = try StoreOpening.open(settings, RetryLog()) else {
                return [CheckTable.Row("answers", "there is none: nothing is fetched")]
            }
            var rows = [CheckTable.Row("answers", store.name, state: .ok)]
            do throws(StoreError) {
                rows += try await reading(store)
            } catch {
                let problem = Problem(error)
                statuses.append(problem.exitStatus)
                rows.append(Self.row("can be read", problem))
            }
            return rows
        } catch {
            statuses.append(error.exitStatus)
            return error.list.map { Self.row("answers", $0) }
        }
    }

    /// A listing, and one byte of an object: where objects are encrypted, a listing alone proves nothing.
    private func reading(_ store: any ObjectStore) async throws(StoreError) -> [CheckTable.Row] {
        let page = try await store.list(prefix: "", from: nil)
        let names = page.objects.count { $0.key.text.hasSuffix(ModelkitLayout.versionsSuffix) }
        let more = page.next == nil ? "" : " and more"
        var rows = [CheckTable.Row("can be listed", "\(Units.count(names, "asset"))\(more)", state: .ok)]
        guard let object = page.objects.first(where: { $0.size > 0 }) else {
            rows.append(
                CheckTable.Row(
                    "can be read", "there is no object to read under the prefix", state: .unproven,
                    remedy: "push an asset, or check the bucket and the prefix"))
            return rows
        }
        _ = try await store.get(object.key, GetOptions(range: 0..<1))
        rows.append(CheckTable.Row("can be read", store.address(of: object.key), state: .ok))
        return rows
    }

    private static func row(_ name: String, _ problem: Problem) -> CheckTable.Row {
        let value = ([problem.message] + problem.details).joined(separator: "; ")
        return CheckTable.Row(name, value, state: .failed, remedy: problem.hint)
    }
}
