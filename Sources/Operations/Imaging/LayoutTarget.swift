internal import ImageFormat
internal import AssetModel
internal import FileSystem

/// Where an image layout is written to, and under which tag.
package struct LayoutTarget: Sendable, CustomStringConvertible {
    package enum Kind: String, Sendable {
        /// A folder.
        case layout = "oci"
        /// The same as one tar archive.
        case archive = "oci-archive"
    }

    package let kind: Kind
    package let path: String
    package let tag: String

    /// Some consumers find no image without a tag.
    package static let standardTag = "latest"

    /// Reads `oci:DIR[:TAG]` and `oci-archive:FILE[:TAG]`, as skopeo has them; nil for anything else. A path with a colon
    /// cannot be written so.
    package init?(argument text: String) {
        let parts = text.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count > 1, let kind = Kind(rawValue: parts[0]), !parts[1].isEmpty else { return nil }
        self.kind = kind
        path = parts[1]
        tag = parts.count > 2 ? parts[2] : Self.standardTag
        guard Self.isTag(tag) else { return nil }
    }

    /// Source: <https://github.com/opencontainers/image-spec/blob/main/annotations.md>
    private static func isTag(_ text: String) -> Bool {
        var wasSeparator = true
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: wasSeparator = false
            case 0x2D, 0x2E, 0x5F, 0x3A, 0x40, 0x2B, 0x2F:
                if wasSeparator, byte != 0x2D { return false }
                wasSeparator = true
            default: return false
            }
        }
        return !wasSeparator
    }

    /// `oci:build/assets:1`
    package var description: String { "\(kind.rawValue):\(path):\(tag)" }

    func open(_ layers: [ImageLayer]) throws(Faults) -> any Layout {
        do throws(FileError) {
            switch kind {
            case .layout: return try LayoutFolder(path, tag: tag)
            case .archive: return try LayoutArchive(path, tag: tag, layers)
            }
        } catch {
            throw Faults(error.refusal == nil ? .file(error) : .image(.notALayout(path: path)))
        }
    }
}

/// An image layout that is written to.
protocol Layout: Sendable {
    /// The digest of the layer, where the layout has it already.
    func known(_ layer: ImageLayer) -> SHA256Digest?
    /// Where the bytes of a layer go.
    func place(for layer: ImageLayer) throws(FileError) -> LayerMaking.Place
    /// Removes what was begun and cannot be finished.
    func discard()
    /// Writes the documents of the image whose layers are all there, and names it.
    func finish(_ documents: ImageDocuments) throws(FileError)
}

enum LayoutFile {
    static let marker = "oci-layout"
    static let markerText = #"{"imageLayoutVersion":"1.0.0"}"#
    static let index = "index.json"
    static let blobs = "blobs/sha256"
    /// More than registries take.
    static let documentLimit = 64 << 20
}
