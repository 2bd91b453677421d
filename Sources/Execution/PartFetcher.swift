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

    /// Whether what comes is all of the object.
    func isWhole(_ part: TransferMachine.Part, _ download: ObjectDownload) -> Bool {
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

    // MARK: Errors

    func ended(early offset: Int64, _ part: TransferMachine.Part, _ staged: StagedAsset) -> StoreError {
        invalid(key(part, staged), .endedEarly(at: offset))
    }

    func ended(early offset: Int64, _ writer: PartWriter) -> StoreError {
        ended(early: offset, writer.part, writer.staged)
    }

    func ended(late offset: Int64, _ writer: PartWriter) -> StoreError {
        invalid(key(writer.part, writer.staged), .wentOn(to: offset))
    }

    func key(_ part: TransferMachine.Part, _ staged: StagedAsset) -> ObjectKey {
        ObjectKey(of: staged.pin, path: staged.content.objects[part.object].path)
    }

    private func invalid(_ key: ObjectKey, _ detail: ObjectDetail) -> StoreError {
        StoreError(.invalidAnswer, operation: .get, address: store.address(of: key), detail: detail)
    }
}
