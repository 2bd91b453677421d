package import AssetModel
internal import Catalog
package import FileSystem
package import Planning

/// Compares what stands in the assets directory with what a lock pins.
package struct Verification: Sendable {
    private let directory: Directory

    package init(directory: Directory) { self.directory = directory }

    /// An asset of the lock, and what is wanted of it.
    package struct Subject: Sendable {
        package let asset: LockedAsset
        package let selections: [FileSelection]

        package init(_ asset: LockedAsset, _ selections: [FileSelection]) {
            self.asset = asset
            self.selections = selections
        }
    }

    /// What is wrong with a file, or with the asset itself where there is no path.
    package struct Fault: Sendable, Equatable {
        package enum Kind: String, Sendable, CaseIterable {
            case missing
            /// It has other content than the lock has.
            case altered
            /// The lock does not have it.
            case extra
            /// It is there, and its marker is not: Python modelkit with a provider would fetch it again.
            case unmarked
            /// A folder, a link or something else stands where a file belongs, or a file where a folder does.
            case misplaced
        }

        package let kind: Kind
        package let path: RelativePath?
        package let expected: SHA256Digest?
        package let actual: FileDigest?

        package init(
            _ kind: Kind, _ path: RelativePath? = nil, expected: SHA256Digest? = nil, actual: FileDigest? = nil
        ) {
            self.kind = kind
            self.path = path
            self.expected = expected
            self.actual = actual
        }
    }

    package struct Result: Sendable, Equatable {
        package var faults: [Fault] = []
        /// Files of which the lock has neither a digest nor a checksum.
        package var unproven = 0
        package var verified = 0
    }

    /// Reads all of the assets: a file on each of the disk's threads, whichever asset it is of, and the largest first. Each
    /// thread holds one buffer of `File.readAll`.
    ///
    /// - Returns: in the order of the subjects.
    package func verify(_ subjects: [Subject]) async throws(FileError) -> [Result] {
        let outlines = try await concurrentAttempts(subjects, window: DiskQueue.threads) { subject throws(FileError) in
            try await DiskQueue.shared.run { () throws(FileError) in try outline(of: subject) }
        }
        let files = outlines.enumerated().flatMap { asset, outline in
            outline.files.map { Expected(asset: asset, pin: subjects[asset].asset.pin, facts: $0) }
        }
        let findings = try await largestFirst(files, window: DiskQueue.threads) { file throws(FileError) in
            try await DiskQueue.shared.run { () throws(FileError) in try finding(file.facts, of: file.pin) }
        }
        var results = outlines.map(\.result)
        for (file, finding) in zip(files, findings) { results[file.asset].take(finding) }
        for (asset, outline) in outlines.enumerated() { results[asset].faults += outline.extras }
        return results
    }

    // MARK: The asset

    /// What is known of an asset before its files are read.
    private struct Outline: Sendable {
        var result = Result()
        /// Those that are to be read.
        var files: [ObjectFacts] = []
        /// Files of its folder that the lock does not have.
        var extras: [Fault] = []
    }

    private func outline(of subject: Subject) throws(FileError) -> Outline {
        let asset = subject.asset
        let state = try LocalCatalog(directory: directory).state(of: asset.pin, marked: true)
        guard state != .missing else { return Outline(result: Result(faults: [Fault(.missing)])) }
        guard try place(of: asset.pin) == (asset.kind == .file ? .file : .directory) else {
            return Outline(result: Result(faults: [Fault(.misplaced)]))
        }
        var outline = Outline()
        if case .incomplete = state { outline.result.faults.append(Fault(.unmarked)) }
        outline.files = asset.files.filter { file in
            file.path.map { path in subject.selections.contains { $0.takes(path) } } ?? true
        }
        if asset.kind == .directory { outline.extras = try extras(asset) }
        return outline
    }

    private func place(of pin: AssetPin) throws(FileError) -> FileStatus.Kind? {
        let (parent, entry) = splitLast(ModelkitLayout.localPath(of: pin))
        return try directory.directoryIfPresent(parent)?.status(of: entry)?.kind
    }

    /// Files of the asset's folder that the lock does not have.
    private func extras(_ asset: LockedAsset) throws(FileError) -> [Fault] {
        let known = Set(asset.files.compactMap(\.path?.text) + [ModelkitLayout.marker])
        guard let folder = try directory.directoryIfPresent(ModelkitLayout.localPath(of: asset.pin)) else { return [] }
        // What is too long for a path of an asset, or below a `.SUCCESS`, nobody can ask for.
        return try OtherFiles.paths(below: folder, besides: known).compactMap { try? RelativePath($0) }
            .map { Fault(.extra, $0) }
    }

    // MARK: Its files

    /// A file that an asset must have.
    private struct Expected: Sendable, SizedWork {
        /// Its place among the subjects.
        let asset: Int
        let pin: AssetPin
        let facts: ObjectFacts

        var size: Int64? { facts.size }
    }

    fileprivate enum Finding: Sendable {
        case fault(Fault)
        case unproven, verified
    }

    private func finding(_ file: ObjectFacts, of pin: AssetPin) throws(FileError) -> Finding {
        if let path = file.path, let kind = try LocalCatalog(directory: directory).kind(of: path, in: pin),
            kind != .file
        {
            return .fault(Fault(.misplaced, path, expected: file.sha256))
        }
        let content: LocalContent
        do {
            content = try LocalContent.of(pin, file.path, in: directory, size: file.size, expecting: file.checksum)
        } catch {
            guard error.isMissing || error.isNotADirectory else { throw error }
            return .fault(Fault(.missing, file.path, expected: file.sha256))
        }
        if file.sha256.map({ $0 != content.digest.sha256 }) ?? !content.isAsTold {
            return .fault(Fault(.altered, file.path, expected: file.sha256, actual: content.digest))
        }
        return file.sha256 == nil && file.checksum == nil ? .unproven : .verified
    }
}

extension Verification.Result {
    fileprivate mutating func take(_ finding: Verification.Finding) {
        switch finding {
        case .fault(let fault): faults.append(fault)
        case .unproven: unproven += 1
        case .verified: verified += 1
        }
    }
}
