package import AssetModel
internal import ObjectStore
internal import Publishing
package import StoreTransport

/// Records of a version that Python modelkit pushed what a push of this tool would have.
package struct Annotating: Sendable {
    private let settings: Settings
    private let retries: RetryLog

    package init(_ workspace: Workspace, _ retries: RetryLog) {
        settings = workspace.settings
        self.retries = retries
    }

    /// - Parameter asset: a specification string.
    /// - Returns: the version that it means, and how many of its files had something to record.
    package func annotate(_ asset: String) async throws(Faults) -> (pin: AssetPin, files: Int) {
        try await find(asset) { annotator, pin in try await annotator.annotate(pin) }
    }

    /// The same, which is only found out: neither is a file read nor anything written.
    package func unrecorded(_ asset: String) async throws(Faults) -> (pin: AssetPin, files: Int) {
        try await find(asset) { annotator, pin in try await annotator.unrecorded(pin) }
    }

    private func find(
        _ asset: String, _ body: (Annotator, AssetPin) async throws -> Int
    ) async throws(Faults) -> (pin: AssetPin, files: Int) {
        let (pin, _) = try await StoreSession(settings, retries).find(asset)
        let store = try StoreOpening.openForWriting(settings, retries)
        let annotator = Annotator(store: store, system: settings.versioning.value, window: settings.jobs.value)
        do {
            return (pin, try await body(annotator, pin))
        } catch {
            throw PushFault.faults(error, settings)
        }
    }
}
