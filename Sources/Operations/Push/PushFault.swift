package import AssetModel
package import FileSystem
package import ObjectStore
package import Publishing

/// Why something cannot be pushed.
package indirect enum PushFault: Error, Sendable {
    case name(AssetNameFault, text: String)
    /// Versions by date have no major ones.
    case noMajorVersions
    /// The text names a major version, and another one was to be begun.
    case namesMajor(String)
    case notMajor(String)
    /// The store has no version of it, or these and none that does. It was typed, or inherited from a version.
    case dependency(AssetSpecification, from: AssetPin?, known: [AssetVersion]?, store: String)
    /// What the version depends on, which the new one inherits, cannot be read.
    case inheritance(AssetPin, any Error)
    /// The address of a bucket alone.
    case noObject(address: String, scheme: String)
    case source(PushSourceFault)
    /// A file was written to while it was pushed.
    case sourceChanged(place: String)
    case temporaryFolder(FileError)
    case publishing(PublishError)
    /// By the store that the settings name.
    case refused(StoreError, Settings)

    /// Whatever pushing can fail with.
    static func faults(_ error: any Error, _ settings: Settings) -> Faults {
        switch error {
        case let error as StoreError where error.kind == .permissionDenied:
            Faults(.push(.refused(error, settings)))
        case let faults as Faults: faults
        case let faults as PushSourceFaults: Faults(faults.list.map { .push(.source($0)) })
        case let error as PublishError: Faults(.push(.publishing(error)))
        case let error as SourceChanged: Faults(.push(.sourceChanged(place: error.place)))
        default: Faults(Fault(error))
        }
    }
}
