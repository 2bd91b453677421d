internal import AssetModel
internal import Catalog
internal import Execution
internal import FileSystem
internal import FoundationEssentials
internal import NIOCore
internal import ObjectStore
internal import Planning

/// Asks the store what a `PushMachine` wants to know, and does what it wants done.
struct PushRequests: Sendable {
    let push: Push
    let record = PushRecord()
    private let publisher: Publisher
    private let name: AssetName

    /// Between two tries to rewrite `.versions`, in seconds at most.
    private static let longestWait = 1.0
    /// Until the other of two who do not heed each other has written too, in seconds.
    private static let settlingTime = 1.0
    /// Of a claim, in bytes.
    private static let claimLimit = 1 << 16

    init(_ publisher: Publisher, _ push: Push, _ name: AssetName) {
        self.publisher = publisher
        self.push = push
        self.name = name
    }

    private var store: any WritableStore { publisher.store }

    /// - Throws: what the same push, run again, may get over; what it cannot is `.impossible`, and kept in the record.
    func answer(to request: PushMachine.Request) async throws -> PushMachine.Answer {
        do {
            return try await answerOrThrow(request)
        } catch  where isLasting(error) {
            await record.note(error)
            return .impossible
        }
    }

    /// Of data or `.meta` that will not become those that were to be pushed.
    private func isLasting(_ error: any Error) -> Bool {
        switch error {
        case is SourceChanged, is FileError, is PushSourceFaults: true
        case PublishError.notKept, PublishError.tooManyFiles: true
        default: false
        }
    }

    private func answerOrThrow(_ request: PushMachine.Request) async throws -> PushMachine.Answer {
        switch request {
        case .listing: return .listing(try await publisher.listing(of: name))
        case .listingWritten: return .listing(try await publisher.catalog.listing(of: name, isMended: true))
        case .claim(let version): return .claim(try await claim(version))
        case .writeClaim(let version, let mark, let condition):
            return try await write(try document(mark), to: claimKey(version), condition)
        case .deleteClaim(let version):
            // Who may write may not be allowed to delete: then the claim stays, and whoever takes it over looks what is there.
            try? await store.delete(claimKey(version))
            return .done
        case .sweepClaim(let version):
            guard try await store.headIfPresent(claimKey(version)) != nil else { return .done }
            // The same; and of a number that is listed it means nothing.
            try? await store.delete(claimKey(version))
            return .done
        case .upload(let version, let isResuming): return try await upload(version, isResuming: isResuming)
        case .writeMeta(let version):
            let meta = MetaDocument(
                push.source, try await push.content, dependencies: push.dependencies, pushed: Int64(publisher.now()))
            let answer = try await write(ByteBuffer(bytes: try meta.bytes), to: metaKey(version), .ifAbsent)
            if case .written(let tag) = answer { await record.made(metaKey(version), tag) }
            return answer
        case .meta(let version): return .meta(try await meta(version))
        case .writeVersions(let versions, let condition):
            let document = ["versions": versions.map(\.text)]
            let key = ObjectKey(ModelkitLayout.versionsObject(of: name))
            let bytes = try JSONEncoder().encode(document)
            return try await write(ByteBuffer(bytes: bytes), to: key, condition, isReadBack: true)
        case .deleteObjects:
            await deleteWhatWasMade()
            return .done
        case .content: return .content(fingerprint: push.fingerprint(try await push.content))
        case .settle:
            try await Task.sleep(for: .seconds(Self.settlingTime))
            return .done
        case .backOff(let attempt):
            let longest = min(Self.longestWait, 0.02 * Double(1 << min(attempt, 6)))
            try await Task.sleep(for: .seconds(Double.random(in: 0...longest)))
            return .done
        }
    }

    // MARK: Documents

    private func pin(_ version: AssetVersion) -> AssetPin { AssetPin(name: name, version: version) }
    private func claimKey(_ version: AssetVersion) -> ObjectKey {
        ObjectKey(ToolLayout.claimObject(of: pin(version)))
    }
    private func metaKey(_ version: AssetVersion) -> ObjectKey {
        ObjectKey(ModelkitLayout.metaObject(of: pin(version)))
    }

    /// - Parameter isReadBack: whether the course of the push reads what was written and writes it again, if it is something else.
    private func write(
        _ content: ByteBuffer, to key: ObjectKey, _ condition: PutCondition, isReadBack: Bool = false
    ) async throws -> PushMachine.Answer {
        switch await store.putting(key, content, condition) {
        case .success(let receipt):
            // Where nothing was told, the course of the push reads what was written.
            if receipt.evidence == .differs, !isReadBack {
                let kept = try await store.read(key, limit: StoreCatalog.documentLimit)
                guard kept == Array(content.readableBytesView) else {
                    throw PublishError.notKept(store.address(of: key))
                }
            }
            return .written(tag: receipt.entityTag)
        case .failure(let error) where error.kind == .changed: return .refused
        // What is to be unchanged is gone: S3 says that it does not exist.
        case .failure(let error) where error.kind == .notFound && condition.isOfOneThatIsThere: return .refused
        case .failure(let error) where error.kind == .invalidAnswer:
            // It may have been done all the same; where that cannot be read either, what was wrong first is told.
            guard let found = try? await store.readTagged(key, limit: StoreCatalog.documentLimit),
                found.bytes == Array(content.readableBytesView)
            else { throw error }
            return .written(tag: found.entityTag)
        case .failure(let error): throw error
        }
    }

    private struct ClaimDocument: Codable {
        let push: UInt64
        /// The digest of all that is pushed; nil until it is known.
        let content: String?
        let since: String
    }

    private func document(_ mark: ClaimMark) throws -> ByteBuffer {
        let document = ClaimDocument(
            push: mark.push, content: mark.content, since: PushDate.text(Int64(publisher.now())))
        return ByteBuffer(bytes: try JSONEncoder().encode(document))
    }

    private func claim(_ version: AssetVersion) async throws -> FoundClaim? {
        do {
            let found = try await store.readTagged(claimKey(version), limit: Self.claimLimit)
            // What is no claim of this tool's is nobody's to take over.
            let isBounded = JSONNesting.isBounded(found.bytes)
            let document = isBounded ? try? JSONDecoder().decode(ClaimDocument.self, from: Data(found.bytes)) : nil
            return FoundClaim(
                mark: document.map { ClaimMark(push: $0.push, content: $0.content) }, tag: found.entityTag)
        } catch let error as StoreError where error.kind == .notFound {
            return nil
        } catch is ContentFault {
            // Larger than any claim: as one that cannot be read.
            return FoundClaim(mark: nil, tag: nil)
        }
    }

    private func meta(_ version: AssetVersion) async throws -> PushMachine.FoundMeta {
        do {
            let found = try await publisher.catalog.metadata(of: pin(version))
            return isOurs(found, try await push.content) ? .ours : .others
        } catch is NoMetadata {
            return .absent
        } catch is CatalogError {
            return .others
        }
    }

    /// Whether all but the time of the push is what it would be now.
    private func isOurs(_ found: VersionMetadata, _ content: PushContent) -> Bool {
        let files = zip(push.source.files, content.digests).map { file, digest in
            ObjectFacts(path: file.path, size: digest.size, sha256: digest.sha256)
        }
        return found.kind == push.source.kind && found.objects == files
            && found.dependencies.map(\.description) == push.dependencies.map(\.description)
    }

    // MARK: Data

    private func upload(_ version: AssetVersion, isResuming: Bool) async throws -> PushMachine.Answer {
        let pin = pin(version)
        let files = push.source.files.map { UploadItem(file: $0, key: ObjectKey(of: pin, path: $0.path)) }
        push.emit(.started(pin, objects: files.count))
        for file in push.source.files { push.emit(.sized(pin, bytes: file.status.size)) }
        let uploader = Uploader(
            store: store, window: publisher.window, memory: publisher.memory, isResuming: isResuming, record: record
        ) {
            push.emit($1 ? .reused(pin, bytes: $0) : .received(pin, bytes: $0))
        }
        do {
            await record.reused(try await uploader.upload(files))
            return .done
        } catch let error as StoreError where error.kind == .changed {
            return .refused
        }
    }

    /// Those objects that are still as this push made them. Who may write may not be allowed to delete: then they stay, and
    /// whoever gets the number finds them and takes another.
    private func deleteWhatWasMade() async {
        for (key, tag) in await record.objects {
            // What cannot be looked at may be another's by now.
            guard let found = try? await store.head(key), found.entityTag == tag else { continue }
            // Not allowed to delete, as said above.
            try? await store.delete(key)
        }
    }
}

/// What came of a push so far.
actor PushRecord {
    /// Those that were there from a push of the same content that did not end.
    private(set) var reusedBytes: Int64 = 0
    /// The first that nothing can be done about.
    private(set) var fault: (any Error)?
    /// What was made, by key, with its entity tag.
    private(set) var objects: [ObjectKey: String] = [:]

    func reused(_ bytes: Int64) { reusedBytes = ByteSum.adding(reusedBytes, bytes) }

    func note(_ error: any Error) { fault = fault ?? error }

    func made(_ key: ObjectKey, _ tag: String?) { objects[key] = tag }
}

extension WritableStore {
    /// `put`, with its error as a value: Swift 6.3.1 does not compile a `do` whose typed error is caught in part.
    func putting(
        _ key: ObjectKey, _ content: ByteBuffer, _ condition: PutCondition
    ) async -> Result<WriteReceipt, StoreError> {
        do throws(StoreError) {
            return .success(try await put(key, content, condition))
        } catch {
            return .failure(error)
        }
    }
}
