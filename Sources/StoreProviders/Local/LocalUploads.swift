internal import FileSystem
internal import Synchronization

/// What this process is making in a folder as a store: files, and folders of parts. Each is locked for as long, so that what
/// killed processes left is known by its free lock.
///
/// A class because the copies of a store share it.
final class LocalUploads: Sendable {
    private static let names = NewFile.Names(prefix: "upload-")

    private struct State {
        var hasSwept = false
        /// By name: the folders of parts, open and locked.
        var parts: [String: File] = [:]
    }

    private let state = Mutex(State())

    func newFile(in folder: Directory) throws(FileError) -> NewFile {
        sweep(folder)
        return try NewFile(Self.names, in: folder)
    }

    /// Makes a folder for the parts of an object.
    ///
    /// - Returns: its name.
    func newParts(in folder: Directory) throws(FileError) -> String {
        sweep(folder)
        while true {
            let name = Self.names.another()
            _ = try folder.makeDirectory(name)
            let file = try folder.openFile(name)
            // Where folders cannot be locked, none is swept either.
            let isHeld = (try? file.tryLock()) ?? true
            // Another process may have removed it meanwhile: then another name.
            guard isHeld, try folder.status(of: name) != nil else { continue }
            state.withLock { $0.parts[name] = file }
            return name
        }
    }

    /// The parts are an object now, or given up.
    func end(_ name: String) { state.withLock { $0.parts[name] = nil } }

    private func sweep(_ folder: Directory) {
        let isFirst = state.withLock { state in
            defer { state.hasSwept = true }
            return !state.hasSwept
        }
        // What another user left, that user removes.
        if isFirst { try? Self.names.sweep(folder) }
    }
}
