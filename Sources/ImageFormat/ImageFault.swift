package import AssetModel

/// Why assets cannot be put into an image.
package enum ImageFault: Error, Sendable, Equatable {
    /// No asset is asked for.
    case nothing
    /// A component of the file's path begins with `.wh.`, which stands for a removed file in a layer.
    case whiteout(AssetPin, RelativePath)
    /// The lock has no size, or neither a digest nor a checksum, of the file; no path where the asset is one file.
    case unknownContent(AssetPin, RelativePath?)
    /// A document of the base, or of the image that is there already, is not what it has to be.
    case malformed(ImageDocumentKind)
    /// The base has other platforms only.
    case noPlatform(ImagePlatform, known: [ImagePlatform])
}

/// A document of an image.
package enum ImageDocumentKind: String, Sendable {
    case config, manifest, index
}
