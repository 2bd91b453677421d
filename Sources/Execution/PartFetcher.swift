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

    struct Received: Sendable {
        /// Of the whole object, in bytes.
        let size: Int64
        let entityTag: String?
    }

    /// How much is copied from file to file before it is looked whether the run was interrupted, in bytes.
    private static let copyStep: Int64 = 8 << 20

    /// - Throws: `ExecutionFailure`, or `CancellationError`.
    func fetch(_ part: TransferMachine.Part, into staged: StagedAsset) async throws -> Received {
        let download = try await open(part, of: staged)
        let size = download.attributes.size
        if part.isFirst { try await begin(part, of: staged, download.attributes) }
        switch download.body {
        case .file(let file): try await copy(file, download.range, part, staged)
        case .stream(let chunks): try await write(chunks, download.range, part, staged)
        }
        let line = Journal.line(part: download.range, of: staged.content.objects[part.object].path)
        try await DiskQueue.shared.run { () throws(FileError) in try staged.journal.append(line) }
        return Received(size: size, entityTag: download.attributes.entityTag)
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
    private func begin(
        _ part: TransferMachine.Part, of staged: StagedAsset, _ attributes: ObjectAttributes
    ) async throws {
        let object = staged.content.objects[part.object]
        if let expected = object.size, expected != attributes.size {
            let address = store.address(of: ObjectKey(of: staged.pin, path: object.path))
            throw ExecutionFailure.size(
                address: address, expected: expected, actual: attributes.size, source: "the plan")
        }
        emit(.sized(staged.pin, bytes: attributes.size))
        let line = Journal.line(object: object.path, size: attributes.size, entityTag: attributes.entityTag)
        let isOnePart = attributes.size <= partSize
        try await DiskQueue.shared.run { () throws(FileError) in
            try staged.journal.append(line)
            let file = try staged.openForWriting(part.object)
            // What an earlier content of the object left must not show past the end of this one.
            try file.resize(to: 0)
            if !isOnePart { try file.preallocate(attributes.size) }
        }
    }

    // MARK: Bytes

    private func copy(
        _ source: OpenedFile, _ range: Range<Int64>, _ part: TransferMachine.Part, _ staged: StagedAsset
    ) async throws {
        var start = range.lowerBound
        while start < range.upperBound {
            try Task.checkCancellation()
            let step = start..<min(start + Self.copyStep, range.upperBound)
            let count = try await DiskQueue.shared.run { () throws(FileError) in
                try staged.openForWriting(part.object).copy(from: source.descriptor, step, to: step.lowerBound)
            }
            guard count == Int64(step.count) else { throw ended(early: step.lowerBound + count, part, staged) }
            emit(.received(staged.pin, bytes: count))
            start = step.upperBound
        }
    }

    private func write(
        _ chunks: any AsyncSequence<ByteBuffer, any Error> & Sendable, _ range: Range<Int64>,
        _ part: TransferMachine.Part, _ staged: StagedAsset
    ) async throws {
        let file = try await DiskQueue.shared.run { () throws(FileError) in try staged.openForWriting(part.object) }
        var offset = range.lowerBound
        for try await chunk in chunks {
            try Task.checkCancellation()
            let end = offset + Int64(chunk.readableBytes)
            guard end <= range.upperBound else { throw ended(late: end, part, staged) }
            let start = offset
            try await DiskQueue.shared.run { () throws(FileError) in try file.write(chunk, at: start) }
            emit(.received(staged.pin, bytes: end - offset))
            offset = end
        }
        guard offset == range.upperBound else { throw ended(early: offset, part, staged) }
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

extension File {
    fileprivate func write(_ chunk: ByteBuffer, at offset: Int64) throws(FileError) {
        var result: Result<Void, FileError> = .success(())
        chunk.withUnsafeReadableBytes { bytes in
            do throws(FileError) {
                try write(bytes, at: offset)
            } catch {
                result = .failure(error)
            }
        }
        try result.get()
    }
}
