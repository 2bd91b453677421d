internal import FileSystem
internal import Glibc

/// A folder in TMPDIR, else /tmp.
struct TemporaryFolder {
    let path: String

    init(_ environment: ProcessEnvironment) throws(FileError) {
        let parent = environment["TMPDIR"] ?? "/tmp"
        var template = Array("\(parent)/modelkit-assets-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else {
            throw FileError(path: parent, attempt: .createTemporaryDirectory, code: errno)
        }
        path = String(decoding: template.dropLast().map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
    }

    func remove() {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return }
        // What cannot be removed is the system's to clean up.
        try? Directory.open(String(Substring(path.utf8[...slash]))).remove(
            String(Substring(path.utf8[slash...].dropFirst())))
    }
}
