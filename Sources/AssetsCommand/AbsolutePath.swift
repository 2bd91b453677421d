internal import FileSystem
internal import Glibc

/// Paths as people give them, made absolute, so that what is printed can be used from anywhere.
enum AbsolutePath {
    /// The path from the root, without `.`, `//` and a slash at its end; `..` and links are left as they are.
    static func of(_ path: String) -> String {
        let whole = path.hasPrefix("/") ? path : workingDirectory + "/" + path
        return "/" + whole.split(separator: "/").filter { $0 != "." }.joined(separator: "/")
    }

    private static var workingDirectory: String {
        guard let buffer = getcwd(nil, 0) else { return "" }
        defer { free(buffer) }
        return String(cString: buffer)
    }
}

/// Makes a directory and those that lead to it, wherever it is.
func makeDirectories(_ path: String) throws(FileError) {
    var made = ""
    for component in AbsolutePath.of(path).split(separator: "/") {
        made += "/" + component
        if mkdir(made, 0o755) != 0, errno != EEXIST {
            throw FileError(path: made, attempt: "create the directory", code: errno)
        }
    }
}
