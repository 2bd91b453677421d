/// Entries of a tar archive that carries an image layout: of no time, and for all to read.
package enum ArchiveEntry {
    package static let headerSize = TarBlocks.block
    package static let end = TarBlocks.end

    /// - Parameter name: of at most 100 bytes.
    package static func header(_ name: String, size: Int64) -> [UInt8] {
        TarBlocks(name: Array(name.utf8), kind: .file, size: size, time: 0).bytes
    }

    /// The same with the content.
    package static func file(_ name: String, _ bytes: [UInt8]) -> [UInt8] {
        let size = Int64(bytes.count)
        return header(name, size: size) + bytes + [UInt8](repeating: 0, count: TarBlocks.padding(after: size))
    }

    package static func folder(_ name: String) -> [UInt8] {
        TarBlocks(name: Array(name.utf8), kind: .directory, size: 0, time: 0).bytes
    }
}
