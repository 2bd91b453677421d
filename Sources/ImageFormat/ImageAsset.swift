package import AssetModel
package import Planning

/// An asset as it goes into an image: what a resolve of the lock puts into the assets directory.
package struct ImageAsset: Sendable, Equatable {
    package let pin: AssetPin
    package let kind: AssetKind
    /// Seconds since 1970: the modification time of all that is its.
    package let time: Int64
    /// Sorted by path; one without a path for a file asset.
    package let files: [ImageFile]
    /// Whether it has its marker: not where files are left out.
    package let isMarked: Bool

    package init(pin: AssetPin, kind: AssetKind, time: Int64, files: [ImageFile], isMarked: Bool) {
        self.pin = pin
        self.kind = kind
        self.time = time
        self.files = files
        self.isMarked = isMarked
    }

    /// - Parameters:
    ///   - choice: what of it is wanted.
    ///   - fixedTime: SOURCE_DATE_EPOCH, which stands for the push date.
    package init(_ locked: LockedAsset, _ choice: Choice, fixedTime: Int64?) throws(ImageFault) {
        let wanted = locked.files.filter { file in
            file.path.map { path in choice.selections.contains { $0.takes(path) } } ?? true
        }
        var files: [ImageFile] = []
        files.reserveCapacity(wanted.count)
        for file in wanted { files.append(try ImageFile(file, of: locked.pin, pinned: choice.sha256)) }
        self.init(
            pin: locked.pin, kind: locked.kind, time: fixedTime ?? locked.pushTime,
            files: files.sorted { left, right in
                guard let left = left.path, let right = right.path else { return false }
                return left < right
            },
            isMarked: wanted.count == locked.files.count)
    }
}

/// A file of an asset in an image.
package struct ImageFile: Sendable, Equatable {
    /// Nil where the asset is one file.
    package let path: RelativePath?
    /// In bytes.
    package let size: Int64
    package let content: ImageContent

    package init(path: RelativePath?, size: Int64, content: ImageContent) {
        self.path = path
        self.size = size
        self.content = content
    }

    fileprivate init(_ facts: ObjectFacts, of pin: AssetPin, pinned: SHA256Digest?) throws(ImageFault) {
        guard let size = facts.size, let content = ImageContent(facts, pinned: facts.path == nil ? pinned : nil) else {
            throw .unknownContent(pin, facts.path)
        }
        if let path = facts.path, path.components.contains(where: { PathText.hasPrefix(String($0), ".wh.") }) {
            throw .whiteout(pin, path)
        }
        self.init(path: facts.path, size: size, content: content)
    }
}

/// What says which bytes a file has.
package enum ImageContent: Sendable, Hashable {
    case sha256(SHA256Digest)
    /// What the store tells, of a file that nobody has fetched since it was locked.
    case checksum(ObjectChecksum)

    init?(_ facts: ObjectFacts, pinned: SHA256Digest?) {
        if let digest = facts.sha256 ?? pinned {
            self = .sha256(digest)
        } else if let checksum = facts.checksum {
            self = .checksum(checksum)
        } else {
            return nil
        }
    }

    /// `sha256:9f86d0…`, `CRC32C:1a2b3c4d`
    package var tagged: String {
        switch self {
        case .sha256(let digest): digest.tagged
        case .checksum(let checksum): checksum.tagged
        }
    }
}
