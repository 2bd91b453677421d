internal import AssetModel
package import FileSystem
package import Planning

/// Compares what a plan fetches with the free space of the assets directory's file system.
///
/// It counts what will take up room for certain: sizes that are known, less what is in staging already and what comes from
/// the cache, or stays in a repair, without a copy. So a plan that fits is not refused, and one that is not refused may still fail to fit.
package struct SpaceCheck: Sendable {
    private let directory: Directory
    private let cache: ContentCache?

    /// - Parameter cache: the one that is fetched from.
    package init(directory: Directory, cache: ContentCache?) {
        self.directory = directory
        self.cache = cache
    }

    /// A plan that does not fit.
    package struct Shortfall: Sendable, Equatable {
        /// The directory's.
        package let path: String
        /// What is still to be written, in bytes.
        package let needed: Int64
        /// In bytes; less than is needed.
        package let free: Int64

        package var missing: Int64 { needed - free }
    }

    /// Nil where the plan fits, as far as can be told. Blocks on the disk.
    package func shortfall(of plan: Plan) throws(FileError) -> Shortfall? {
        let free = try directory.freeSpace()
        // Most plans fit by far, and then nothing more is looked at.
        guard PlanTotals(plan).bytes > free else { return nil }
        let linked = try linkedCache()
        var need = SpaceNeed()
        for step in plan.steps {
            need.add(fetched: try fetched(by: step, linked), replaced: try replaced(by: step))
        }
        return need.bytes > free ? Shortfall(path: directory.path, needed: need.bytes, free: free) : nil
    }

    /// The cache, where its entries come into the directory as links or shared blocks.
    private func linkedCache() throws(FileError) -> ContentCache? {
        guard let cache, try cache.root.status().device == directory.status().device else { return nil }
        return cache
    }

    private func fetched(by step: Step, _ linked: ContentCache?) throws(FileError) -> Int64 {
        guard let content = step.content else { return 0 }
        let cache = step.action == .refetch(.forced) ? nil : linked
        var sum: Int64 = 0
        for object in content.objects {
            if let digest = object.sha256, try cache?.has(digest, size: object.size) == true { continue }
            if try mayStay(object, of: step) { continue }
            sum = ByteSum.adding(sum, object.size ?? 0)
        }
        // What is there is gone on with, or removed first.
        return max(0, sum - (try directory.allocated(ToolLayout.staging(of: step.pin))))
    }

    /// Whether a file of an asset that is repaired may be intact, and is linked then.
    private func mayStay(_ object: ObjectFacts, of step: Step) throws(FileError) -> Bool {
        guard case .refetch(.damaged) = step.action, object.sha256 != nil, let path = object.path else { return false }
        let (parent, name) = splitLast("\(ModelkitLayout.localPath(of: step.pin))/\(path)")
        let status = try directory.directoryIfPresent(parent)?.status(of: name)
        return status?.kind == .file && status?.size == object.size
    }

    private func replaced(by step: Step) throws(FileError) -> Int64 {
        guard case .refetch = step.action else { return 0 }
        return try directory.allocated(ModelkitLayout.localPath(of: step.pin))
    }
}

/// The least room that fetching some assets takes, whatever the order.
struct SpaceNeed: Equatable {
    private var fetched: Int64 = 0
    private var replaced: Int64 = 0
    private var largest: Int64 = 0

    /// - Parameters:
    ///   - fetched: what an asset takes up, in bytes.
    ///   - replaced: what goes once it is in place.
    mutating func add(fetched: Int64, replaced: Int64) {
        self.fetched = ByteSum.adding(self.fetched, fetched)
        self.replaced = ByteSum.adding(self.replaced, replaced)
        largest = max(largest, fetched)
    }

    /// In the end what was replaced is gone; before that, each asset stands beside what it replaces.
    var bytes: Int64 { max(fetched - replaced, largest) }
}

extension Directory {
    /// What a file, or all below a folder, takes up on the disk, in bytes. What has other links takes up no room here.
    fileprivate func allocated(_ path: String) throws(FileError) -> Int64 {
        let (parent, entry) = splitLast(path)
        guard let folder = try directoryIfPresent(parent), let status = try folder.status(of: entry) else { return 0 }
        guard status.kind == .directory else { return status.linkCount > 1 ? 0 : status.allocated }
        var sum: Int64 = 0
        for inner in try folder.directory(entry).entries() {
            sum = ByteSum.adding(sum, try allocated("\(path)/\(inner)"))
        }
        return sum
    }
}
