internal import FoundationEssentials

/// A directory that is there while a test's body runs.
package func withTemporaryDirectory<Value>(_ body: (String) async throws -> Value) async throws -> Value {
    let path = FileManager.default.temporaryDirectory.path + "/modelkit-assets-" + UUID().uuidString
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try await body(path)
}

package func write(_ text: String, to path: String) throws {
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(separator: "/")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(filePath: path))
}

package func text(of path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
}

/// Every file, folder and link below a directory: its path relative to it, and a file's content, a folder's `/`, a
/// link's `-> target`. modelkit's folder of locks is left out.
package func tree(_ directory: String, withLocks: Bool = false) throws -> [String: String] {
    var tree: [String: String] = [:]
    for path in try FileManager.default.subpathsOfDirectory(atPath: directory) {
        if !withLocks, path == ".cache" || path.hasPrefix(".cache/") { continue }
        let full = directory + "/" + path
        let type = try FileManager.default.attributesOfItem(atPath: full)[.type] as? FileAttributeType
        switch type {
        case .typeDirectory: tree[path] = "/"
        case .typeSymbolicLink: tree[path] = "-> " + (try FileManager.default.destinationOfSymbolicLink(atPath: full))
        default: tree[path] = try text(of: full)
        }
    }
    return tree
}
