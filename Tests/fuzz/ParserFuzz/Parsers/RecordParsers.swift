import AssetModel
import AssetsTestSupport
import Glibc
import ObjectStore
import Planning
import Terminal
import Words

@testable import AssetsCommand
@testable import Catalog
@testable import Execution
@testable import Publishing

extension Parser {
    /// A version's `.meta`, and what `annotate` makes of it.
    static let meta = Parser("meta") { bytes in
        guard let pin = pin else { return .refused }
        let key = ModelkitLayout.metaObject(of: pin)
        let metadata: VersionMetadata
        do {
            metadata = try await catalog([key: bytes]).metadata(of: pin)
        } catch {
            try expectShowable(error)
            return .refused
        }
        _ = PushDate.text(metadata.pushTime)
        _ = ByteSum.of(metadata.objects.compactMap(\.size))
        guard metadata.objects.contains(where: { $0.sha256 == nil }) else { return .accepted }
        let digest = String(repeating: "0123456789abcdef", count: 4)
        let records = metadata.objects.map { MetaDocument.RecordedObject(path: $0.path?.text, size: 7, sha256: digest) }
        let annotated = try await catalog([key: MetaDocument.adding(records, to: bytes)]).metadata(of: pin)
        try expect(annotated.objects.allSatisfy { $0.sha256?.hex == digest }, "what was recorded is not read")
        try expect(annotated.dependencies == metadata.dependencies, "what was recorded changes the dependencies")
        return .accepted
    }

    /// An asset's `.versions`
    static let versions = Parser("versions") { bytes in
        guard let name = pin?.name else { return .refused }
        let key = ModelkitLayout.versionsObject(of: name)
        do {
            let versions = try await catalog([key: bytes]).versions(of: name) ?? []
            for rule in [NextVersion.latest, .major, .ofMajor(.zero)] {
                guard let next = rule.version(after: versions, in: .majorMinor, now: 1_700_000_000) else { continue }
                try expect(!versions.contains(next), "the next version, \(next), is there already")
            }
            return .accepted
        } catch let error as Violation {
            throw error
        } catch {
            try expectShowable(error)
            return .refused
        }
    }

    /// The claim of a version that is being pushed, as another push finds it
    static let claim = Parser("claim") { bytes in
        guard let name = pin?.name else { return .refused }
        let path = "\(Files.temporary)/parser-fuzz-push-\(getpid())"
        try Files.write(Array("content".utf8), to: path)
        defer { unlink(path) }
        let store = InMemoryStore(["\(name).versions": #"{"versions": ["1.4"]}"#], chunkSize: 1 << 16)
        store.put("\(name)/1.5.pushing", bytes)
        let publisher = Publisher(store: store, system: .majorMinor, window: 1) { 1_700_000_000 }
        let published: Published
        do {
            published = try await publisher.publish(
                PushSource(lookingAt: path), as: .update(name, .latest), dependencies: [])
        } catch is PublishError {
            return .refused
        }
        try expect(["1.5", "1.6"].contains(published.pin.version.text), "\(published.pin) is pushed")
        let listed = try await StoreCatalog(store: store, system: .majorMinor).versions(of: name) ?? []
        try expect(listed.contains(published.pin.version), "\(published.pin) is not listed")
        return .accepted
    }

    /// What a killed run left in staging
    static let journal = Parser("journal") { bytes in
        guard let journal = Journal(text: String(decoding: bytes, as: UTF8.self)) else { return .refused }
        var text = journal.header.line
        for (path, progress) in journal.objects {
            text += Journal.line(object: path, progress.attributes)
            for range in progress.done { text += Journal.line(part: range, of: path) }
            // A size is compared with the store's before anything is made of it.
            guard (0...ByteSum.largestObject).contains(progress.size) else { continue }
            try expect((0...progress.size).contains(progress.doneBytes), "\(progress.doneBytes) bytes are there")
        }
        for (path, digest) in journal.digests { text += Journal.line(digest: digest, of: path) }
        if journal.isSealed { text += Journal.sealedLine }
        try expect(Journal(text: text) == journal, "what was written reads otherwise: \(text.debugDescription)")
        return .accepted
    }

    /// /proc/locks
    static let locks = Parser("locks") { bytes in
        let pid = LockHolder.pid(device: 0xFE00, inode: 131_090, in: String(decoding: bytes, as: UTF8.self))
        return pid == nil ? .refused : .accepted
    }

    private static let pin = try? AssetPin(
        name: AssetName("nlp/lexicon"), version: AssetVersion(text: "2.0", components: []))

    private static func catalog(_ objects: [String: [UInt8]]) -> StoreCatalog {
        let store = InMemoryStore(chunkSize: 1 << 16)
        for (key, bytes) in objects { store.put(key, bytes) }
        return StoreCatalog(store: store, system: .majorMinor)
    }
}

/// What people are shown of an error does no harm.
func expectShowable(_ error: any Error) throws(Violation) {
    try expectShowable(ProblemText(width: 80, style: .plain).render([Problem.wording(error)]))
}
