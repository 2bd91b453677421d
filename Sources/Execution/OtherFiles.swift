internal import FileSystem

/// What is below a folder and is none of the files that belong there.
enum OtherFiles {
    /// - Parameter known: the paths of those that do, below the folder.
    /// - Returns: the paths of all others, of links and special files too, sorted.
    static func paths(below folder: Directory, besides known: Set<String>) throws(FileError) -> [String] {
        var others: [String] = []
        var waiting = [""]
        while let path = waiting.popLast() {
            guard let inner = try path.isEmpty ? folder : folder.directoryIfPresent(path) else { continue }
            for entry in try inner.listing() {
                let found = path.isEmpty ? entry.name : "\(path)/\(entry.name)"
                if entry.kind == .directory {
                    waiting.append(found)
                } else if !known.contains(found) {
                    others.append(found)
                }
            }
        }
        return others.sorted()
    }
}
