internal import FileSystem

/// Files of settings and secrets, which are small.
enum SmallFile {
    /// In bytes.
    static let limit = 1 << 20

    /// The content; nil where there is no such file.
    static func read(_ path: String) throws(S3ConfigurationFault) -> [UInt8]? {
        do throws(FileError) {
            return try File.openForReading(path).readToEnd(limit: limit)
        } catch {
            if error.isMissing || error.isNotADirectory { return nil }
            throw S3ConfigurationFault(
                "the file `\(path)` cannot be read: \(error.reason)",
                hint: error.isADirectory
                    ? "a folder stands there where a container was to be given a file that does not exist on its host"
                    : nil)
        }
    }
}

extension ProviderEnvironment {
    /// A path with `~` and `$VARIABLE` replaced.
    func expanding(_ path: String) -> String {
        var path = path
        if path == "~" || path.hasPrefix("~/"), let home { path = home + path.dropFirst() }
        return path.split(separator: "/", omittingEmptySubsequences: false).map { component in
            component.hasPrefix("$") ? self[String(component.dropFirst())] ?? String(component) : String(component)
        }.joined(separator: "/")
    }
}
