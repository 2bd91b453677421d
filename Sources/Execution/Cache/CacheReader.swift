internal import AssetModel
internal import FileSystem
internal import Planning

/// Fills the staging folder of an asset with what the cache has of it, so that nothing of that is asked of the store.
struct CacheReader: Sendable {
    let cache: ContentCache
    let damaged: DamagedEntries
    let emit: @Sendable (ExecutionEvent) -> Void

    /// How much is hashed before it is looked whether the run was interrupted, in bytes.
    private static let step: Int64 = 8 << 20
    /// Places the objects whose digest is known and of which nothing has arrived.
    ///
    /// - Returns: what is wrong with the cache; what it concerns is left to the store.
    /// - Throws: `CancellationError`
    func fill(_ staged: inout StagedAsset) async throws -> [CacheFault] {
        guard !staged.isSealed else { return [] }
        let (before, objects) = (staged, staged.content.objects)
        let wanted = objects.indices.filter { before.progress[$0] == nil && objects[$0].sha256 != nil }
        let results = await concurrentMap(wanted, window: DiskQueue.threads) { await result(of: $0, in: before) }
        var faults: [CacheFault] = []
        for (object, result) in zip(wanted, results) {
            do {
                if let size = try result.get(), let digest = objects[object].sha256 {
                    staged.take(object, size: size, digest)
                }
            } catch let fault as CacheFault {
                faults.append(fault)
            } catch let error as FileError {
                faults.append(.unusable(error))
            }
        }
        return faults
    }

    private func result(of object: Int, in staged: StagedAsset) async -> Result<Int64?, any Error> {
        do {
            try Task.checkCancellation()
            guard let digest = staged.content.objects[object].sha256,
                let size = try await place(digest, object, in: staged)
            else { return .success(nil) }
            emit(.sized(staged.pin, bytes: size))
            if size > 0 { emit(.reused(staged.pin, bytes: size)) }
            return .success(size)
        } catch {
            return .failure(error)
        }
    }

    /// How often, and after how long, the lock of an entry is tried: a fifth of a second in all.
    private static let (lockTries, lockInterval) = (40, Duration.milliseconds(5))

    /// A link that has to wait for the entry's lock does so without a thread of the disk.
    ///
    /// - Returns: nil where the cache does not have the content.
    private func begin(_ digest: SHA256Digest, _ object: Int, in staged: StagedAsset) async throws -> CacheCopy? {
        for attempt in 1...Self.lockTries {
            let begun = try await DiskQueue.shared.run { () throws(FileError) in
                try cache.begin(
                    digest, at: staged.place(for: object), insistsOnLink: attempt < Self.lockTries)
            }
            switch begun {
            case .absent: return nil
            case .begun(let copy): return copy
            case .busy: try await Task.sleep(for: Self.lockInterval)
            }
        }
        return nil
    }

    /// - Returns: the size of the object; nil where the cache does not have it.
    /// - Throws: `CacheFault`, `FileError`, `CancellationError`
    private func place(_ digest: SHA256Digest, _ object: Int, in staged: StagedAsset) async throws -> Int64? {
        let copy = try await begin(digest, object, in: staged)
        guard let copy else { return nil }
        // An entry that has its digest and another size than is told of it is whole, and not used: what is told is the store's
        // to show wrong.
        let isAsTold = copy.size == staged.content.objects[object].size ?? copy.size
        var start: Int64 = 0
        while copy.size - start > Self.step {
            let range = start..<start + Self.step
            try await DiskQueue.shared.run { () throws(FileError) in
                try copy.take(range)
                try staged.journal.append(Journal.lifeSign)
            }
            try Task.checkCancellation()
            start = range.upperBound
        }
        let rest = start..<copy.size
        let fault = try await DiskQueue.shared.run { () throws(FileError) in
            try copy.take(rest)
            if let fault = try copy.finish() { return fault as CacheFault? }
            if isAsTold { try staged.noteWhole(object, size: copy.size) }
            return nil
        }
        if let fault {
            damaged.note(copy.entry)
            throw fault
        }
        return isAsTold ? copy.size : nil
    }
}
