internal import AssetModel
internal import FileSystem
internal import Glibc

/// Paths as people give them, made absolute, so that what is printed can be used from anywhere.
package enum AbsolutePath {
    /// The path from the root, without `.`, `//` and a slash at its end, and without `..` where that leads to the same place,
    /// as it does but behind links, which are left as they are.
    package static func of(_ path: String) -> String {
        let whole = path.utf8.first == UInt8(ascii: "/") ? path : workingDirectory + "/" + path
        let components = PathText.components(of: whole).filter { $0 != "." }
        let text = "/" + components.joined(separator: "/")
        var short: [Substring] = []
        for component in components {
            if component == ".." { _ = short.popLast() } else { short.append(Substring(component)) }
        }
        let shortened = "/" + short.joined(separator: "/")
        return shortened != text && isSame(shortened, text) ? shortened : text
    }

    private static func isSame(_ left: String, _ right: String) -> Bool {
        var (first, second) = (stat(), stat())
        guard stat(left, &first) == 0, stat(right, &second) == 0 else { return false }
        return (first.st_dev, first.st_ino) == (second.st_dev, second.st_ino)
    }

    private static var workingDirectory: String {
        guard let buffer = getcwd(nil, 0) else { return "" }
        defer { free(buffer) }
        return String(cString: buffer)
    }
}

/// Makes a directory and those that lead to it, wherever it is.
///
/// - Parameter isPrivate: whether others may do in it what the mask that the process was started with leaves them, and not
///   what they may in an assets directory.
func makeDirectories(_ path: String, isPrivate: Bool = false) throws(FileError) {
    let mode = isPrivate ? CreationMask.applied(to: 0o777) : 0o777
    var made = ""
    for component in PathText.components(of: AbsolutePath.of(path)) {
        made += "/" + component
        if mkdir(made, mode) != 0, errno != EEXIST {
            throw FileError(path: made, attempt: .createDirectory, code: errno)
        }
    }
}
