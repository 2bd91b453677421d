package import AssetModel
package import Execution
internal import FileSystem
internal import Planning

/// Makes one file of the shared cache, and fills it from one.
package struct CacheArchiving: Sendable {
    private let setting: Setting<String>?
    /// `-` for standard output or input.
    private let path: String

    package static let standardStream = "-"

    package init(_ setting: Setting<String>?, _ path: String) {
        self.setting = setting
        self.path = path
    }

    /// What was exported, of how many files that were asked for the cache has none, and what was left out as damaged.
    package typealias Exported = (extent: ContentCache.Extent, missing: Int, faults: [CacheFault])

    /// - Parameter lock: whose files are exported; nil for all that is in the cache.
    package func export(_ lock: SpecLock?) throws(Faults) -> Exported {
        let wanted = lock.map { lock in Set(lock.lock.assets.flatMap { $0.files.compactMap(\.sha256) }) }
        guard let cache = try CacheOpening.existing(setting) else {
            throw Faults(.cache(.isEmpty(AbsolutePath.of(setting?.value ?? ""))))
        }
        do throws(FileError) {
            let (extent, faults) = try export(wanted, of: cache)
            return (extent, wanted.map { $0.count - extent.entries } ?? 0, faults)
        } catch {
            throw Faults(.file(error))
        }
    }

    private func export(
        _ wanted: Set<SHA256Digest>?, of cache: ContentCache
    ) throws(FileError) -> (ContentCache.Extent, [CacheFault]) {
        guard path != Self.standardStream else { return try cache.export(wanted, to: .standardOutput) }
        var components = PathText.components(of: AbsolutePath.of(path))
        let name = String(components.popLast() ?? "")
        let folder = try Directory.open("/" + components.joined(separator: "/"))
        let new = try NewFile(NewFile.Names(prefix: ".\(name).", suffix: ".modelkit-assets"), in: folder)
        do throws(FileError) {
            try new.file.setMode(CreationMask.applied(to: 0o666))
            let exported = try cache.export(wanted, to: ByteStream(new.file.descriptor, name: path))
            try new.place(as: name, in: folder)
            return exported
        } catch {
            // The fault is told; what cannot be removed stays under a name of its own.
            try? new.remove()
            throw error
        }
    }

    /// What was imported, and how many entries of the archive were there already.
    package typealias Imported = (extent: ContentCache.Extent, present: Int)

    /// - Parameter ifExists: whether no file is no error.
    /// - Returns: nil where there is no file.
    package func importing(ifExists: Bool) throws(Faults) -> Imported? {
        let cache = try CacheOpening.made(setting)
        let file = try path == Self.standardStream ? nil : archive()
        if file == nil, path != Self.standardStream {
            guard ifExists else { throw Faults(.cache(.noArchive(path))) }
            return nil
        }
        do throws(FileError) {
            guard let file else { return try cache.importing(.standardInput) }
            return try withExtendedLifetime(file) { () throws(FileError) -> Imported in
                try cache.importing(ByteStream(file.descriptor, name: path))
            }
        } catch {
            throw Faults(.file(error))
        }
    }

    /// Nil where there is none.
    private func archive() throws(Faults) -> File? {
        do throws(FileError) {
            return try File.openForReading(path)
        } catch {
            if error.isMissing { return nil }
            throw Faults(.file(error))
        }
    }
}
