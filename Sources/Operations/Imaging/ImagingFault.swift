package import AssetModel
package import Execution
package import ImageFormat

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
