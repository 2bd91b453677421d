/// A file in the making, beside the place that it is for.
///
/// Whoever makes it holds its `flock`, so that what a killed process left is known by its free lock.
package struct NewFile: Sendable {
    package let file: File
    package let name: String
    private let folder: Directory

    /// What the files of one kind are called: a number between two texts.
    package struct Names: Sendable {
        private let prefix: String
        private let suffix: String

        package init(prefix: String = "", suffix: String = "") {
            self.prefix = prefix
            self.suffix = suffix
        }

        /// One that no other has, as good as certainly.
        package func another() -> String { prefix + String(UInt64.random(in: 0 ... .max)) + suffix }

        package func include(_ name: String) -> Bool {
            guard name.utf8.starts(with: prefix.utf8), name.utf8.reversed().starts(with: suffix.utf8.reversed()) else {
                return false
            }
            let number = name.utf8.dropFirst(prefix.utf8.count).dropLast(suffix.utf8.count)
            return !number.isEmpty && number.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
        }

        /// Removes those that killed processes left, folders that were locked like files among them.
        package func sweep(_ folder: Directory) throws(FileError) {
            for entry in try folder.entries() where include(entry) {
                // It is gone by now, another user's, or where files cannot be locked.
                guard let file = try? folder.openFile(entry), (try? file.tryLock()) == true else { continue }
                try folder.remove(entry)
            }
        }
    }

    package init(_ names: Names, in folder: Directory) throws(FileError) {
        self.folder = folder
        while true {
            let name = names.another()
            let file = try folder.createNewFile(name)
            // Where files cannot be locked, none is swept either.
            let isHeld = (try? file.tryLock()) ?? true
            // Whoever sweeps may have come between: then another name.
            guard isHeld, try folder.status(of: name) != nil else { continue }
            (self.name, self.file) = (name, file)
            return
        }
    }

    /// Gives the file its name, over whatever file has that.
    package func place(as other: String, in directory: Directory) throws(FileError) {
        try folder.rename(name, to: directory, as: other)
    }

    package func remove() throws(FileError) { try folder.remove(name) }
}
