internal import AssetModel
internal import FileSystem
internal import Glibc
internal import ObjectStore

/// Walks the files of a folder whose paths begin with a prefix, in the order of the paths' bytes.
struct LocalListing {
    private let root: String
    private let prefix: String
    private var found: [ListedObject] = []

    init(root: String, prefix: String) {
        self.root = root
        self.prefix = prefix
    }

    mutating func objects() throws(StoreError) -> [ListedObject] {
        // Only the folder that the prefix names can hold matches.
        let slash = prefix.utf8.lastIndex(of: UInt8(ascii: "/")) ?? prefix.startIndex
        let folder = String(prefix[..<slash])
        try walk(folder)
        return found.sorted { $0.key < $1.key }
    }

    private mutating func walk(_ first: String) throws(StoreError) {
        var pending = [first]
        while let folder = pending.popLast() {
            for name in try entries(of: folder) where !(folder.isEmpty && name == LocalStore.uploadsFolder) {
                let key = folder.isEmpty ? name : "\(folder)/\(name)"
                guard let status = try look(at: key) else { continue }
                switch status.st_mode & S_IFMT {
                // A link to a folder could lead back up; Python's glob does not follow it either.
                case S_IFDIR where !isLink(key): pending.append(key)
                case S_IFREG where PathText.hasPrefix(key, prefix):
                    found.append(ListedObject(key: ObjectKey(key), size: Int64(status.st_size)))
                default: break
                }
            }
        }
    }

    /// Of what a link leads to; nil where that is nothing, or it went meanwhile.
    private func look(at key: String) throws(StoreError) -> stat? {
        var status = stat()
        if stat("\(root)/\(key)", &status) == 0 { return status }
        if [ENOENT, ENOTDIR, ELOOP].contains(errno) { return nil }
        let address = "\(root)/\(key)"
        throw LocalStore.error(
            FileError(path: address, attempt: .stat, code: errno), operation: .list, address: address)
    }

    private func isLink(_ key: String) -> Bool {
        var status = stat()
        return lstat("\(root)/\(key)", &status) == 0 && status.st_mode & S_IFMT == S_IFLNK
    }

    private func entries(of folder: String) throws(StoreError) -> [String] {
        do throws(FileError) {
            return try Directory.open(folder.isEmpty ? root : "\(root)/\(folder)").entries()
        } catch  where error.isMissing {
            return []
        } catch {
            throw LocalStore.error(error, operation: .list, address: "\(root)/\(folder)")
        }
    }
}
