internal import AssetModel
internal import Catalog
internal import FileSystem
internal import NIOCore
internal import ObjectStore
internal import Planning

/// Brings the bytes of one part from the store to their place in staging.
///
/// Holds no more than `writeStep` of the body, and what was read from its connection meanwhile.
struct PartFetcher: Sendable {
    let store: any ObjectStore
    let meter: TransferMeter
    /// How much of a body is gathered before it is written, in bytes: a visit to the disk's threads costs as much as
    /// writing a tenth of half a mebibyte.
    let writeStep: Int
    /// Nil: as fast as it goes.
    let rateLimit: RateLimit?
    let emit: @Sendable (ExecutionEvent) -> Void

    /// How much is copied from file to file before it is looked whether the run was interrupted, in bytes.
    private static let copyStep: Int64 = 8 << 20

    /// - Returns: what came, or the opened part of an object that is larger than it.
    /// - Throws: `ExecutionFailure`, or `CancellationError`.
    func fetch(_ part: TransferMachine.Part, into staged: StagedAsset) async throws -> FetchedPart {
        do {
            return try await fetchOnce(part, into: staged)
        } catch let failure as ExecutionFailure {
            // What was damaged on its way comes whole the next time; only a small object is known to be damaged here.
            guard case .checksum = failure, !Task.isCancelled else { throw failure }
            return try await fetchOnce(part, into: staged)
        }
    }

    private func fetchOnce(_ part: TransferMachine.Part, into staged: StagedAsset) async throws -> FetchedPart {
        let opened = part.isFirst ? try await openFirst(part, of: staged) : try await open(part, of: staged)
        guard !part.isFirst || isWhole(part, opened.download) else { return .opened(opened) }
        return .received(try await receive(opened, into: staged))
    }

    /// Receives what was opened.
    func receive(_ opened: OpenedPart, into staged: StagedAsset) async throws -> ReceivedPart {
        let (part, download) = (opened.part, opened.download)
        switch download.body {
        case .file(let file): try await copy(file, download, part, staged)
        case .stream(let chunks):
            let writer = PartWriter(part: part, download: download, staged: staged, isWhole: isWhole(part, download))
            try await DiskQueue.shared.runSteps { try await write(chunks, with: writer) }
        }
        return ReceivedPart(part: part, range: download.range, checksumFault: opened.checksumFault)
    }

    /// Whether what comes is all of the object.
    private func isWhole(_ part: TransferMachine.Part, _ download: ObjectDownload) -> Bool {
        part.isFirst && Int64(download.range.count) == download.attributes.size
    }

    // MARK: Opening

    private func open(_ part: TransferMachine.Part, of staged: StagedAsset) async throws -> OpenedPart {
        let key = key(part, staged)
        let start = ContinuousClock.now
        let download = try await get(key, part)
        meter.answered(after: (ContinuousClock.now - start) / .seconds(1))
        let expected = part.range.clamped(to: 0..<download.attributes.size)
        // A store that knows no ranges sends the object in one piece.
        guard download.range == expected || isWhole(part, download) else {
            throw invalid(key, .rangeMismatch(expected: expected, actual: download.range))
        }
        return OpenedPart(part: part, download: download)
    }

    private func openFirst(_ part: TransferMachine.Part, of staged: StagedAsset) async throws -> OpenedPart {
        guard let size = staged.content.objects[part.object].size, size > part.range.count else {
            let opened = try checked(try await open(part, of: staged), staged)
            return try await begun(opened, staged, await wholeAttributes(of: opened, staged))
        }
        // What is known to be large is asked for its checksum meanwhile.
        async let whole = wholeAttributes(of: part, staged)
        let opened = try checked(try await open(part, of: staged), staged)
        return try await begun(opened, staged, await whole)
    }

    private func get(_ key: ObjectKey, _ part: TransferMachine.Part) async throws(StoreError) -> ObjectDownload {
        do {
            let options = GetOptions(range: part.range, entityTag: part.entityTag, takesWhole: part.isFirst)
            return try await store.get(key, options)
        } catch {
            // No range of an empty object can be asked for.
            guard error.kind == .invalidRange, part.isFirst else { throw error }
            return try await store.get(key, GetOptions())
        }
    }

    /// The object's first answer: its size is known now.
    private func checked(_ opened: OpenedPart, _ staged: StagedAsset) throws -> OpenedPart {
        let (object, told) = (staged.content.objects[opened.part.object], opened.download.attributes)
        // What is promised is the size of the content.
        if told.encoding == nil, let expected = object.size, expected != told.size {
            throw ExecutionFailure.size(
                address: store.address(of: key(opened.part, staged)), expected: expected, actual: told.size,
                recorder: object.recorder)
        }
        emit(.sized(staged.pin, bytes: told.size))
        return opened
    }

    /// - Parameter whole: what the store tells of the whole object apart from the answer; nil where it was not asked.
    private func begun(
        _ opened: OpenedPart, _ staged: StagedAsset, _ whole: Result<ObjectAttributes, StoreError>?
    ) async throws -> OpenedPart {
        let part = opened.part
        guard !isWhole(part, opened.download) else {
            staged.objects[part.object].begin(opened.download.attributes)
            return opened
        }
        var opened = opened
        let attributes = try attributes(of: &opened, whole, staged)
        staged.objects[part.object].begin(attributes)
        let line = Journal.line(object: staged.content.objects[part.object].path, attributes)
        try await DiskQueue.shared.run { () throws(FileError) in
            // What an earlier content of the object left must not show past the end of this one.
            try staged.openEmpty(part.object).preallocate(attributes.size)
            try staged.journal.append(line)
        }
        return opened
    }

    private func wholeAttributes(
        of opened: OpenedPart, _ staged: StagedAsset
    ) async -> Result<ObjectAttributes, StoreError>? {
        isWhole(opened.part, opened.download) ? nil : await wholeAttributes(of: opened.part, staged)
    }

    private func wholeAttributes(
        of part: TransferMachine.Part, _ staged: StagedAsset
    ) async -> Result<ObjectAttributes, StoreError>? {
        guard store.tellsChecksumsOfWholeObjects else { return nil }
        do throws(StoreError) {
            return .success(try await store.head(key(part, staged)))
        } catch {
            return .failure(error)
        }
    }

    /// The answer for a part tells no checksum of the whole that can be relied on; that to a HEAD does.
    ///
    /// | the HEAD | the object |
    /// | --- | --- |
    /// | tells a checksum | is compared with it |
    /// | tells none | is not compared: the store has none |
    /// | fails for a while | waits, as for any request, and fails with it where that lasts |
    /// | is refused, not understood, or about another content | is fetched and not compared, which the report tells unless a digest of it is recorded elsewhere |
    ///
    /// Whether the content is another one by now is left to the requests for its other parts, which are pinned to its
    /// entity tag.
    private func attributes(
        of opened: inout OpenedPart, _ whole: Result<ObjectAttributes, StoreError>?, _ staged: StagedAsset
    ) throws(StoreError) -> ObjectAttributes {
        let told = opened.download.attributes
        guard let whole else { return told }
        do throws(StoreError) {
            let whole = try whole.get()
            guard whole.size == told.size, whole.entityTag == told.entityTag else {
                throw StoreError(
                    .changed, operation: .head, address: store.address(of: key(opened.part, staged)),
                    detail: ObjectDetail.answersDiffer)
            }
            return ObjectAttributes(
                size: told.size, entityTag: told.entityTag, checksum: whole.checksum ?? told.checksum,
                encoding: told.encoding)
        } catch {
            guard error.kind != .unavailable, error.kind != .credentialsUnavailable else { throw error }
            let facts = staged.content.objects[opened.part.object]
            if facts.sha256 == nil, facts.checksum == nil { opened.checksumFault = error }
            return told
        }
    }

    // MARK: Bytes

    private func copy(
        _ source: OpenedFile, _ download: ObjectDownload, _ part: TransferMachine.Part, _ staged: StagedAsset
    ) async throws {
        let range = download.range
        if isWhole(part, download) { try await prepare(part, staged, download.attributes) }
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
            meter.received(Int(count))
            try await rateLimit?.take(step.count)
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
            meter.received(chunk.readableBytes)
            try await rateLimit?.take(chunk.readableBytes)
            guard writer.offset + Int64(size + chunk.readableBytes) <= writer.end else {
                throw ended(late: writer.offset + Int64(size + chunk.readableBytes), writer.part, writer.staged)
            }
            gathered.append(chunk)
            size += chunk.readableBytes
            if size >= writeStep {
                try flush(&gathered, &size, &writer, isLast: false)
            }
        }
        guard writer.offset + Int64(size) == writer.end else {
            throw ended(early: writer.offset + Int64(size), writer.part, writer.staged)
        }
        try flush(&gathered, &size, &writer, isLast: true)
    }

    /// Blocks on the disk.
    private func flush(
        _ gathered: inout [ByteBuffer], _ size: inout Int, _ writer: inout PartWriter, isLast: Bool
    ) throws {
        let digests = try writer.write(gathered, isLast: isLast)
        try writer.advance(by: Int64(size))
        if let fault = digests?.fault {
            throw ExecutionFailure(fault, address: store.address(of: key(writer.part, writer.staged)))
        }
        emit(.received(writer.staged.pin, bytes: Int64(size)))
        gathered.removeAll(keepingCapacity: true)
        size = 0
    }

    // MARK: Errors

    private func ended(early offset: Int64, _ part: TransferMachine.Part, _ staged: StagedAsset) -> StoreError {
        invalid(key(part, staged), .endedEarly(at: offset))
    }

    private func ended(late offset: Int64, _ part: TransferMachine.Part, _ staged: StagedAsset) -> StoreError {
        invalid(key(part, staged), .wentOn(to: offset))
    }

    private func key(_ part: TransferMachine.Part, _ staged: StagedAsset) -> ObjectKey {
        ObjectKey(of: staged.pin, path: staged.content.objects[part.object].path)
    }

    private func invalid(_ key: ObjectKey, _ detail: ObjectDetail) -> StoreError {
        StoreError(.invalidAnswer, operation: .get, address: store.address(of: key), detail: detail)
    }
}
