internal import AssetModel
package import FileSystem
internal import Glibc
internal import Planning
package import SpecFile

/// Reads the spec file, and the settings that it and everything else make.
enum SpecReading {
    /// The spec file where none is named.
    static let defaultFile = "assets.yaml"

    /// Some more than the format allows, so that its own words say that a file is too large.
    private static let readLimit = 17 << 20

    /// - Parameter isOptional: whether a default file that is not there is no error.
    /// - Returns: also the file that was read, if there is one.
    static func read(
        _ path: String, flags: SettingFlags, environment: ProcessEnvironment, isOptional: Bool = false
    ) throws(Faults) -> (manifest: Manifest, settings: Settings, file: String?) {
        do {
            let versioning = try Settings.versioningOverride(flags: flags, environment: environment)
            let context = SpecContext(versioning: versioning?.value, variables: environment.variables)
            guard let bytes = try contents(path, isOptional: isOptional) else {
                let manifest = Manifest(file: path, entries: [])
                return (manifest, try Settings(flags: flags, environment: environment, manifest: manifest), nil)
            }
            let manifest = try SpecFile.read(bytes, file: path == "-" ? "<stdin>" : path, context: context)
            let settings = try Settings(flags: flags, environment: environment, manifest: manifest)
            return (manifest, settings, manifest.file)
        } catch let report as SpecReport {
            throw Faults(report.diagnostics.map(Fault.diagnostic))
        } catch let fault as SettingFault {
            throw Faults(.setting(fault))
        } catch let faults as Faults {
            throw faults
        } catch {
            throw Faults(.unexpected(error))
        }
    }

    /// The spec file, to be edited.
    static func edit(_ path: String, _ settings: Settings) throws(Faults) -> SpecEditor {
        let bytes = try contents(path, isOptional: false) ?? []
        do throws(SpecReport) {
            let context = SpecContext(
                versioning: settings.versioning.value, variables: settings.environment.variables)
            return try SpecEditor(bytes, file: path, context: context)
        } catch {
            throw Faults(error.diagnostics.map(Fault.diagnostic))
        }
    }

    /// Puts an edited spec file in place, whole or not at all.
    static func write(_ bytes: [UInt8], to path: String) throws(Faults) {
        do throws(FileError) {
            try WholeFile.write(bytes, to: path)
        } catch {
            throw Faults(.spec(.unwritable(error, path: path)))
        }
    }

    private static func contents(_ path: String, isOptional: Bool) throws(Faults) -> [UInt8]? {
        do throws(FileError) {
            if path == "-" { return try standardInput() }
            return try File.openForReading(path).readToEnd(limit: readLimit)
        } catch {
            if isOptional, error.isMissing, path == defaultFile { return nil }
            throw Faults(.spec(.unreadable(error, path: path, above: error.isMissing ? fileAbove(path) : nil)))
        }
    }

    /// A file of that name in a folder above the working directory, as a path from here; nil where there is none.
    private static func fileAbove(_ name: String) -> String? {
        guard !name.utf8.contains(UInt8(ascii: "/")) else { return nil }
        var path = name
        for _ in PathText.components(of: AbsolutePath.of(".")) {
            path = "../" + path
            if access(path, R_OK) == 0 { return path }
        }
        return nil
    }

    private static func standardInput() throws(FileError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < readLimit {
            let count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileError(path: "standard input", attempt: .read, code: errno) }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return bytes
    }
}

/// What is the matter with the spec file besides what is written in it.
package enum SpecFileFault: Error, Sendable {
    /// Standard input cannot be edited.
    case standardInput
    /// - Parameter above: the path of a file of that name in a folder above.
    case unreadable(FileError, path: String, above: String? = nil)
    case unwritable(FileError, path: String)
    /// Its list of assets is laid out in a way that edits do not support.
    case layout(SpecEditFault, path: String)
}
