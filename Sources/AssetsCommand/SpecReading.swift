internal import AssetModel
internal import FileSystem
internal import Glibc
internal import Planning
internal import SpecFile
internal import StoreTransport

/// Reads the spec file, and the settings that it and everything else make.
enum SpecReading {
    /// Some more than the format allows, so that its own words say that a file is too large.
    private static let readLimit = 17 << 20

    /// - Parameter isOptional: whether a default file that is not there is no error.
    static func read(
        _ path: String, flags: SettingFlags, environment: ProcessEnvironment, isOptional: Bool = false
    ) throws(Problems) -> (manifest: Manifest, settings: Settings) {
        do {
            let versioning = try Settings.versioningOverride(flags: flags, environment: environment)
            let context = SpecContext(versioning: versioning?.value, variables: environment.variables)
            let manifest: Manifest
            if let bytes = try contents(path, isOptional: isOptional) {
                manifest = try SpecFile.read(bytes, file: path == "-" ? "<stdin>" : path, context: context)
            } else {
                manifest = Manifest(file: path, entries: [])
            }
            return (manifest, try Settings(flags: flags, environment: environment, manifest: manifest))
        } catch let report as SpecReport {
            throw Problems(report.diagnostics.map(Problem.init))
        } catch let fault as SettingFault {
            throw Problems([Problem(fault)])
        } catch let problems as Problems {
            throw problems
        } catch {
            throw Problems([Problem(code: "spec-file", message: "\(error)", exitStatus: 3)])
        }
    }

    /// The spec file, to be edited.
    static func edit(
        _ path: String, flags: SettingFlags, environment: ProcessEnvironment
    ) throws(Problems) -> (editor: SpecEditor, settings: Settings) {
        guard path != "-" else {
            throw Problems([Problem(code: "spec-file", message: "standard input cannot be edited", exitStatus: 64)])
        }
        let (_, settings) = try read(path, flags: flags, environment: environment)
        let bytes = try contents(path, isOptional: false) ?? []
        do throws(SpecReport) {
            let context = SpecContext(versioning: settings.versioning.value, variables: environment.variables)
            return (try SpecEditor(bytes, file: path, context: context), settings)
        } catch {
            throw Problems(error.diagnostics.map(Problem.init))
        }
    }

    /// Puts an edited spec file in place, whole or not at all.
    static func write(_ bytes: [UInt8], to path: String) throws(Problems) {
        do throws(FileError) {
            try WholeFile.write(bytes, to: path)
        } catch {
            throw Problems([
                Problem(
                    code: "spec-file", message: "cannot write the spec file `\(path)`: \(error.reason)",
                    hint: "make its folder writable", exitStatus: 9)
            ])
        }
    }

    private static func contents(_ path: String, isOptional: Bool) throws(Problems) -> [UInt8]? {
        do throws(FileError) {
            if path == "-" { return try standardInput() }
            return try File.openForReading(path).readToEnd(limit: readLimit)
        } catch {
            if isOptional, error.isMissing, path == SpecOptions.defaultFile { return nil }
            let hint =
                error.isMissing && path == SpecOptions.defaultFile
                ? "name the spec file, or make one with `modelkit-assets init`" : nil
            throw Problems([
                Problem(
                    code: "spec-file", message: "cannot read the spec file `\(path)`: \(error.reason)", hint: hint,
                    exitStatus: 3)
            ])
        }
    }

    private static func standardInput() throws(FileError) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        while bytes.count < readLimit {
            let count = Glibc.read(STDIN_FILENO, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileError(path: "standard input", attempt: "read", code: errno) }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        return bytes
    }
}

extension Problem {
    /// A fault of the spec file.
    init(_ diagnostic: Diagnostic) {
        self.init(
            code: diagnostic.code, message: diagnostic.message,
            details: diagnostic.expected.map { ["expected \($0)"] } ?? [], hint: diagnostic.hint,
            excerpt: diagnostic.excerpt, exitStatus: 3)
    }

    init(_ fault: SettingFault) {
        var status: Int32 = 64
        if case .file = fault.value.provenance { status = 3 }
        self.init(
            code: "bad-setting", message: "`\(HTTPURL.shown(fault.value.value))` is no \(fault.name)",
            details: ["it comes from \(fault.value.provenance)", "expected \(fault.expected)"], hint: fault.hint,
            exitStatus: status)
    }
}
