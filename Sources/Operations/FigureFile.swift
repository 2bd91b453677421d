package import FileSystem

/// A file of figures of a run.
package enum FigureFile {
    /// Puts the text in the place of what stands there, whole or not at all.
    package static func write(_ text: String, to path: String) throws(FileError) {
        try WholeFile.write(Array(text.utf8), to: path)
    }
}
