internal import FileSystem

/// Files of settings and secrets, which are small.
enum SmallFile {
    /// In bytes.
    static let limit = 1 << 20

    /// The content; nil where there is no such file.
    static func read(_ path: String, limit: Int = limit) throws(ConfigurationFault) -> [UInt8]? {
        do throws(FileError) {
            return try File.openForReading(path).readToEnd(limit: limit)
        } catch {
            if error.isMissing || error.isNotADirectory { return nil }
            throw ConfigurationFault(
                "the file `\(path)` cannot be read: \(error.reason)",
                hint: error.isADirectory
                    ? "a folder stands there where a container was to be given a file that does not exist on its host"
                    : nil)
        }
    }
}

extension ProviderEnvironment {
    /// A path with `$VARIABLE` and `${VARIABLE}` replaced, where such a variable is set, and then `~` at its start.
    func expanding(_ path: String) -> String {
        let variables = path.replacing(/\$(?:(\w+)|\{([^}]*)\})/) { match in
            self[String(match.1 ?? match.2 ?? "")] ?? String(match.0)
        }
        guard variables == "~" || variables.hasPrefix("~/"), let home else { return variables }
        return home + variables.dropFirst()
    }
}
