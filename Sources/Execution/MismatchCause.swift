internal import FileSystem

/// What content that is not the expected one looks like.
package enum MismatchCause: Sendable, Hashable {
    /// It is shorter by so many bytes.
    case truncated(Int64)
    /// It is a page for people.
    case page
    /// It is what a store says where something is wrong.
    case errorDocument
    /// It is what git-lfs puts in the place of a large file.
    case pointer
    /// It is nothing.
    case empty

    /// How much of a file tells what it is, in bytes.
    private static let sample = 512

    /// - Parameter expectedSize: in bytes; nil where it is not known.
    static func guess(of file: File, expectedSize: Int64?) throws(FileError) -> MismatchCause? {
        let size = try file.status().size
        if size == 0 { return .empty }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: sample, alignment: 1)
        defer { buffer.deallocate() }
        let count = try file.read(into: buffer, at: 0)
        return guess(String(decoding: buffer[..<count], as: UTF8.self), size: size, expectedSize: expectedSize)
    }

    static func guess(_ beginning: String, size: Int64, expectedSize: Int64?) -> MismatchCause? {
        let text = String(beginning.drop(while: \.isWhitespace)).lowercased()
        if text.hasPrefix("version https://git-lfs.github.com/spec/") { return .pointer }
        if text.hasPrefix("<!doctype html") || text.hasPrefix("<html") { return .page }
        if text.hasPrefix("<?xml"), text.contains("<error>") { return .errorDocument }
        if text.hasPrefix("<error>") { return .errorDocument }
        if text.hasPrefix("{"), text.contains("\"error\""), text.contains("\"code\"") { return .errorDocument }
        if let expectedSize, size < expectedSize { return .truncated(expectedSize - size) }
        return nil
    }
}
