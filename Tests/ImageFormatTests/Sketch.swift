import AssetModel
import Testing

@testable import ImageFormat

// Assets, and what their bytes are.

/// A file asset, or a directory asset of these paths and sizes.
func asset(
    _ text: String, time: Int64 = 1_709_294_400, _ files: [String: Int64], isMarked: Bool = true
) throws -> ImageAsset {
    let parts = text.split(separator: ":").map(String.init)
    let version = try #require(VersioningSystem.majorMinor.version(parts[1]))
    let pin = AssetPin(name: try AssetName(parts[0]), version: version)
    let isFile = files.keys.contains("")
    let all = try files.map { path, size in
        ImageFile(
            path: isFile ? nil : try RelativePath(path), size: size,
            content: .sha256(SHA256Digest(of: Array("\(text) \(path)".utf8))))
    }
    return ImageAsset(
        pin: pin, kind: isFile ? .file : .directory, time: time,
        files: all.sorted { ($0.path?.text ?? "") < ($1.path?.text ?? "") }, isMarked: isMarked)
}

extension ImageLayer {
    /// The archive, each file of as many bytes as it has, all `x`.
    var archive: [UInt8] {
        segments.flatMap { segment -> [UInt8] in
            switch segment {
            case .bytes(let bytes): bytes
            case .content(_, let file): [UInt8](repeating: UInt8(ascii: "x"), count: Int(file.size))
            }
        }
    }

    var entries: [ReadEntry] { ReadEntry.all(in: archive) }
}

/// An entry as a reader of ustar and of GNU tar's long names finds it.
struct ReadEntry: Equatable {
    var name: String
    var kind: UInt8
    var mode: Int
    var time: Int
    var size: Int

    static func all(in archive: [UInt8]) -> [ReadEntry] {
        var entries: [ReadEntry] = []
        var (place, longName): (Int, String?) = (0, nil)
        while place + 512 <= archive.count, archive[place..<place + 512].contains(where: { $0 != 0 }) {
            let block = Array(archive[place..<place + 512])
            var entry = ReadEntry(block)
            place += 512
            let content = archive[place..<place + entry.size]
            place += (entry.size + 511) / 512 * 512
            if entry.kind == UInt8(ascii: "L") {
                longName = String(decoding: content.dropLast(), as: UTF8.self)
            } else {
                entry.name = longName ?? entry.name
                longName = nil
                entries.append(entry)
            }
        }
        return entries
    }

    private init(_ block: [UInt8]) {
        func text(_ range: Range<Int>) -> String { String(decoding: block[range].prefix { $0 != 0 }, as: UTF8.self) }
        func number(_ range: Range<Int>) -> Int {
            block[range.lowerBound] == 0x80
                ? block[range].dropFirst().reduce(0) { $0 << 8 | Int($1) } : Int(text(range), radix: 8) ?? -1
        }
        let prefix = text(257..<263) == "ustar" ? text(345..<500) : ""
        name = prefix.isEmpty ? text(0..<100) : "\(prefix)/\(text(0..<100))"
        (kind, mode, size, time) = (block[156], number(100..<108), number(124..<136), number(136..<148))
    }
}
