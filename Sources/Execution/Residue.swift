internal import FileSystem

/// What a fetch that did not end left at an asset's place, told from what somebody put there: nothing is lost with it.
///
/// Python modelkit writes in place, and what is left of it when it is killed has no marker: whole files, and of the last
/// one the beginning, or parts with zeros between them. So a file is residue where each of its bytes stands at the same
/// place of the same file of what was fetched now, or is zero.
struct Residue {
    let fetched: Place

    /// A name in a folder.
    struct Place {
        let folder: Directory
        let entry: String

        func status() throws(FileError) -> FileStatus? { try folder.status(of: entry) }

        /// Nil where it is no folder.
        func inner(_ name: String) throws(FileError) -> Place? {
            guard try status()?.kind == .directory else { return nil }
            return Place(folder: try folder.directory(entry), entry: name)
        }
    }

    /// Whether all of it is in what was fetched. Blocks on the disk: reads both.
    func holds(_ place: Place) throws(FileError) -> Bool { try Self.holds(place, fetched) }

    private static func holds(_ place: Place, _ fetched: Place?) throws(FileError) -> Bool {
        guard let status = try place.status() else { return true }
        switch status.kind {
        case .link, .other: return false
        case .file:
            if status.size == 0 { return true }
            guard let fetched else { return false }
            return try holds(place, status, fetched)
        case .directory:
            let folder = try place.folder.directory(place.entry)
            for entry in try folder.entries() {
                let inner = try fetched?.inner(entry)
                guard try holds(Place(folder: folder, entry: entry), inner) else { return false }
            }
            return true
        }
    }

    private static func holds(_ place: Place, _ status: FileStatus, _ fetched: Place) throws(FileError) -> Bool {
        guard let other = try fetched.status(), other.kind == .file, status.size <= other.size else { return false }
        if status.inode == other.inode, status.device == other.device { return true }
        return try place.folder.openFile(place.entry).isPart(of: try fetched.folder.openFile(fetched.entry))
    }
}

extension File {
    /// What is compared at a time, in bytes.
    private static let step = 256 << 10

    /// Whether each byte is that of the other file at the same place, or zero.
    fileprivate func isPart(of other: File) throws(FileError) -> Bool {
        let mine = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.step, alignment: 64)
        let others = UnsafeMutableRawBufferPointer.allocate(byteCount: Self.step, alignment: 64)
        defer {
            mine.deallocate()
            others.deallocate()
        }
        var offset: Int64 = 0
        while case let count = try read(into: mine, at: offset), count > 0 {
            guard try other.read(into: others, at: offset) >= count else { return false }
            guard Self.isPart(UnsafeRawBufferPointer(rebasing: mine[..<count]), of: UnsafeRawBufferPointer(others))
            else {
                return false
            }
            offset += Int64(count)
        }
        return true
    }
    /// Eight bytes at a time; one by one where they differ, and at the end.
    private static func isPart(_ mine: UnsafeRawBufferPointer, of others: UnsafeRawBufferPointer) -> Bool {
        func agrees(_ range: Range<Int>) -> Bool { range.allSatisfy { mine[$0] == others[$0] || mine[$0] == 0 } }
        let width = MemoryLayout<UInt64>.size
        let whole = mine.count / width * width
        for offset in stride(from: 0, to: whole, by: width) {
            let word = mine.load(fromByteOffset: offset, as: UInt64.self)
            guard word == others.load(fromByteOffset: offset, as: UInt64.self) || agrees(offset..<offset + width) else {
                return false
            }
        }
        return agrees(whole..<mine.count)
    }
}
