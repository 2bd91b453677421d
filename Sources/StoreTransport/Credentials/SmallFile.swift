internal import FileSystem

/// Files of settings and secrets, which are small.
package enum SmallFile {
    /// In bytes.
    package static let limit = 1 << 20

    /// The content; nil where there is no such file.
    package static func read(_ path: String, limit: Int = limit) throws(ConfigurationFault) -> [UInt8]? {
        do throws(FileError) {
            return try File.openForReading(path).readToEnd(limit: limit)
        } catch {
            if error.isMissing || error.isNotADirectory { return nil }
            throw ConfigurationFault(ConnectionSettingFault.unreadable(error))
        }
    }
}

extension ProviderEnvironment {
    /// A path with `$VARIABLE` and `${VARIABLE}` replaced, where such a variable is set, and then `~` at its start.
    package func expanding(_ path: String) -> String {
        let variables = replacingVariables(in: path)
        guard variables == "~" || variables.hasPrefix("~/"), let home else { return variables }
        return home + variables.dropFirst()
    }

    /// As Python's `posixpath.expandvars`; in one pass, however many braces open.
    private func replacingVariables(in path: String) -> String {
        var (result, rest, isClosed): ([UInt8], Substring.UTF8View, Bool) = ([], path[...].utf8, true)
        while let dollar = rest.firstIndex(of: UInt8(ascii: "$")) {
            result += rest[..<dollar]
            rest = rest[rest.index(after: dollar)...]
            let isBraced = rest.first == UInt8(ascii: "{")
            let close = isBraced && isClosed ? rest.firstIndex(of: UInt8(ascii: "}")) : nil
            if isBraced, close == nil { isClosed = false }
            let word = rest.prefix { $0.isLetterOrDigit || $0 == UInt8(ascii: "_") }
            let name: Substring.UTF8View = close.map { rest[..<$0].dropFirst() } ?? word
            let written: Substring.UTF8View = close.map { rest[...$0] } ?? word
            if !written.isEmpty, let value = self[String(decoding: name, as: UTF8.self)] {
                result += value.utf8
            } else {
                result.append(UInt8(ascii: "$"))
                result += written
            }
            rest = rest[written.endIndex...]
        }
        return String(decoding: result + rest, as: UTF8.self)
    }
}
