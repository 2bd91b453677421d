package import AssetModel

/// A layer: files of one asset or of several, as a tar archive that is made while it is read.
package struct ImageLayer: Sendable {
    /// Sorted by where they are.
    package let parts: [LayerPart]
    package let place: ImagePlace

    /// Of the archive, in bytes.
    package let size: Int64
    /// Of all that decides on its bytes: headers as they are, contents by their digests. Equal for equal layers, and known
    /// before any content is.
    package let recipe: SHA256Digest

    package init(_ parts: [LayerPart], at place: ImagePlace) {
        self.parts = parts
        self.place = place
        var size: Int64 = 0
        let recipe = RunningDigest()
        for segment in LayerSegments(parts, place) {
            size = ByteSum.adding(size, segment.size)
            switch segment {
            case .bytes(let bytes): recipe.update(bytes)
            case .content(_, let file): recipe.update("\(file.content.tagged) \(file.size)\n")
            }
        }
        self.size = size
        self.recipe = recipe.finish()
    }

    /// The bytes in order.
    package var segments: LayerSegments { LayerSegments(parts, place) }

    /// Sorted, each once.
    package var pins: [AssetPin] { parts.map(\.asset.pin) }

    /// Whether every file is known by its SHA-256, so that layers of one recipe have the same bytes.
    package var isReusable: Bool {
        parts.allSatisfy { part in
            part.files.allSatisfy { file in
                switch file.content {
                case .sha256: true
                case .checksum: false
                }
            }
        }
    }

    /// When the latest of it was changed, in seconds since 1970.
    package var time: Int64 { parts.map(\.asset.time).max() ?? 0 }
}

/// Files of an asset that are in one layer.
package struct LayerPart: Sendable, Equatable {
    package let asset: ImageAsset
    /// Of the asset's files.
    package let range: Range<Int>

    package init(_ asset: ImageAsset, _ range: Range<Int>? = nil) {
        self.asset = asset
        self.range = range ?? asset.files.indices
    }

    package var files: ArraySlice<ImageFile> { asset.files[range] }

    /// Whether the asset's last file is in it, and with that its marker.
    package var isLast: Bool { range.upperBound == asset.files.count }
}

/// A piece of a layer.
package enum LayerSegment: Sendable, Equatable {
    case bytes([UInt8])
    /// The content of a file of the asset.
    case content(AssetPin, ImageFile)

    package var size: Int64 {
        switch self {
        case .bytes(let bytes): Int64(bytes.count)
        case .content(_, let file): file.size
        }
    }
}
