package import AssetModel
package import Execution
package import ImageFormat
package import Registry

/// Why an image cannot be made.
package enum ImagingFault: Error, Sendable {
    case format(ImageFault)
    /// What stands in the assets directory is not what the lock has.
    case altered(AlteredContent)
    /// It could not be put into the assets directory first.
    case notFetched(AssetPin, ExecutionFailure)
    /// The path holds something that is no image layout.
    case notALayout(path: String)
    /// The lock has no such version.
    case notInLock(AssetPin)
    /// A registry is to be asked, and the user wants nothing to be requested.
    case offline
    /// There is no such image to go on top of.
    case noBase(RegistryReference)
    /// An image has the digest that it comes to have: a push takes a tag.
    case pushByDigest(RegistryReference)
    /// More than what runs images takes.
    case tooManyLayers(Int, limit: Int)
    /// Of these assets; in bytes.
    case layerTooLarge([AssetPin], bytes: Int64, limit: Int64, host: String)
}

/// A file whose bytes are not those of the lock.
package struct AlteredContent: Sendable {
    package let pin: AssetPin
    /// Nil where the asset is one file.
    package let path: RelativePath?
    /// A digest, a checksum or a size.
    package let expected: String
    package let actual: String
}

extension Faults {
    init(_ fault: ImageFault) { self.init(.image(.format(fault))) }
}
