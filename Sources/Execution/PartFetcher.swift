internal import AssetModel
internal import Catalog
internal import FileSystem
internal import NIOCore
internal import ObjectStore
internal import Planning

/// Brings the bytes of one part from the store to their place in staging.
///
/// Holds no more than one chunk of the body at a time: the window bounds the memory of a run to as many chunks.
struct PartFetcher: Sendable {
    let store: any ObjectStore
    let partSize: Int64
    let emit: @Sendable (ExecutionEvent) -> Void

    /// How much is copied from file to file before it is looked whether the run was interrupted, in bytes.
    private static let copyStep: Int64 = 8 << 20
    /// How much of a body is gathered before it is written, in bytes: a visit to the disk's threads costs as much as
    /// writing a tenth of it.
    private static let writeStep = 512 << 10

    /// - Returns: what the store said of the object.
    /// - Throws: `ExecutionFailure`, or `CancellationError`.
    func fetch(_ part: TransferMachine.Part, into staged: StagedAsset) async throws -> ObjectAttributes {
        do {
            return try await fetchOnce(part, into: staged)
        } catch let failure as ExecutionFailure {
            // What was damaged on its way comes whole the next time; only a small object is known to be damaged here.
            guard case .checksum = failure, !Task.isCancelled else { throw failure }
            return try await fetchOnce(part, into: staged)
        }
    }

    private func fetchOnce(_ part: TransferMachine.Part, into staged: StagedAsset) async throws -> ObjectAttributes {
        let download = try await open(part, of: staged)
        let attributes = part.isFirst ? try await begun(part, of: staged, download.attributes) : download.attributes
        switch download.body {
        case .file(let file): try await copy(file, download, part, staged)
        case .stream(let chunks):
            let writer = PartWriter(part: part, download: download, staged: staged, isWhole: isWhole(part, attributes))
            try await write(chunks, with: writer)
        }
        return attributes
    }

    /// Whether the part is all of its object.
    private func isWhole(_ part: TransferMachine.Part, _ attributes: ObjectAttributes) -> Bool {
        part.isFirst && attributes.size <= partSize
    }

    // MARK: Opening

    private func open(_ part: TransferMachine.Part, of staged: StagedAsset) async throws -> ObjectDownload {
        let key = ObjectKey(of: staged.pin, path: staged.content.objects[part.object].path)
        let download = try await get(key, part)
        let expected = part.range.clamped(to: 0..<download.attributes.size)
        guard download.range == expected else {
            throw invalid(key, "bytes \(download.range) came for \(expected)")
        }
        return download
    }

    private func get(_ key: ObjectKey, _ part: TransferMachine.Part) async throws(StoreError) -> ObjectDownload {
        do {
            return try await store.get(key, GetOptions(range: part.range, entityTag: part.entityTag))
        } catch {
            // No range of an empty object can be asked for.
            guard error.kind == .invalidRange, part.isFirst else { throw error }
            return try await store.get(key, GetOptions())
        }
    }

    /// The object's first answer: its size is known now.
    ///
    /// - Returns: what is known of the object, with its checksum where the store tells it only when asked for the whole.
    private func begun(
        _ part: TransferMachine.Part, of staged: StagedAsset, _ told: ObjectAttributes
    ) async throws -> ObjectAttributes {
        let object = staged.content.objects[part.object]
        // What is promised is the size of the content.
        if told.encoding == nil, let expected = object.size, expected != told.size {
            let address = store.address(of: ObjectKey(of: staged.pin, path: object.path))
            throw ExecutionFailure.size(
                address: address, expected: expected, actual: told.size, recorder: object.recorder)
        }
        emit(.sized(staged.pin, bytes: told.size))
        guard !isWhole(part, told) else {
            staged.objects[part.object].begin(told)
            return told
        }
        let attributes = await withWholeChecksum(told, key(part, staged))
        staged.objects[part.object].begin(attributes)
        let line = Journal.line(object: object.path, attributes)
        try await DiskQueue.shared.run { () throws(FileError) in
            // What an earlier content of the object left must not show past the end of this one.
            try staged.openEmpty(part.object).preallocate(attributes.size)
            try staged.journal.append(line)
        }
        return attributes
    }

    /// The answer for a part tells no checksum of the whole that can be relied on; that to a HEAD does.
    private func withWholeChecksum(_ told: ObjectAttributes, _ key: ObjectKey) async -> ObjectAttributes {
        guard store.tellsChecksumsOfWholeObjects, let whole = try? await store.head(key), whole.size == told.size,
            whole.entityTag == told.entityTag, let checksum = whole.checksum
        else { return told }
        return ObjectAttributes(
            size: told.size, entityTag: told.entityTag, checksum: checksum, encoding: told.encoding)
    }

    // MARK: Bytes

    private func copy(
        _ source: OpenedFile, _ download: ObjectDownload, _ part: TransferMachine.Part, _ staged: StagedAsset
    ) async throws {
        let range = download.range
        if isWhole(part, download.attributes) { try await prepare(part, staged, download.attributes) }
        let path = staged.content.objects[part.object].path
        if range.isEmpty { try await note(range, of: path, in: staged) }
        var start = range.lowerBound
        while start < range.upperBound {
            try Task.checkCancellation()
            let step = start..<min(start + Self.copyStep, range.upperBound)
            let count = try await DiskQueue.shared.run { () throws(FileError) in
                let file = try staged.openForWriting(part.object)
                let count = try file.copy(from: source.descriptor, step, to: step.lowerBound)
                if count == Int64(step.count) { try staged.objects[part.object].hasher.arrived(step, in: file) }
                return count
            }
            guard count == Int64(step.count) else { throw ended(early: step.lowerBound + count, part, staged) }
            try await note(step, of: path, in: staged)
            emit(.received(staged.pin, bytes: count))
            start = step.upperBound
        }
    }

    private func note(_ range: Range<Int64>, of path: RelativePath?, in staged: StagedAsset) async throws {
        let line = Journal.line(part: range, of: path)
        try await DiskQueue.shared.run { () throws(FileError) in try staged.journal.append(line) }
    }

    private func prepare(
        _ part: TransferMachine.Part, _ staged: StagedAsset, _ attributes: ObjectAttributes
    ) async throws {
        let line = Journal.line(object: staged.content.objects[part.object].path, attributes)
        try await DiskQueue.shared.run { () throws(FileError) in
            _ = try staged.openEmpty(part.object)
            try staged.journal.append(line)
        }
    }

    private func write(
        _ chunks: any AsyncSequence<ByteBuffer, any Error> & Sendable, with writer: PartWriter
    ) async throws {
        var writer = writer
        var gathered: [ByteBuffer] = []
        var size = 0
        for try await chunk in chunks {
            try Task.checkCancellation()
            guard chunk.readableBytes > 0 else { continue }
            guard writer.offset + Int64(size + chunk.readableBytes) <= writer.end else {
                throw ended(late: writer.offset + Int64(size + chunk.readableBytes), writer.part, writer.staged)
            }
            gathered.append(chunk)
            size += chunk.readableBytes
            if size >= Self.writeStep {
                try await flush(&gathered, &size, &writer, isLast: false)
            }
        }
        guard writer.offset + Int64(size) == writer.end else {
            throw ended(early: writer.offset + Int64(size), writer.part, writer.staged)
        }
        try await flush(&gathered, &size, &writer, isLast: true)
    }

    private func flush(
        _ gathered: inout [ByteBuffer], _ size: inout Int, _ writer: inout PartWriter, isLast: Bool
    ) async throws {
        let (chunks, current, count) = (gathered, writer, Int64(size))
        let written = try await DiskQueue.shared.run { () throws(FileError) in
            var next = current
            let digests = try next.write(chunks, isLast: isLast)
            try next.advance(by: count)
            return WrittenChunks(writer: next, digests: digests)
        }
        if let fault = written.digests?.fault {
            throw ExecutionFailure(fault, address: store.address(of: key(writer.part, writer.staged)))
        }
        emit(.received(writer.staged.pin, bytes: Int64(size)))
        writer = written.writer
        gathered.removeAll(keepingCapacity: true)
        size = 0
    }

    // MARK: Errors

    private func ended(early offset: Int64, _ part: TransferMachine.Part, _ staged: StagedAsset) -> StoreError {
        invalid(key(part, staged), "the content ended at byte \(offset), before its announced end")
    }

    private func ended(late offset: Int64, _ part: TransferMachine.Part, _ staged: StagedAsset) -> StoreError {
        invalid(key(part, staged), "the content went on to byte \(offset), past its announced end")
    }

    private func key(_ part: TransferMachine.Part, _ staged: StagedAsset) -> ObjectKey {
        ObjectKey(of: staged.pin, path: staged.content.objects[part.object].path)
    }

    private func invalid(_ key: ObjectKey, _ detail: String) -> StoreError {
        StoreError(.invalidAnswer, operation: "get", address: store.address(of: key), detail: detail)
    }
}
