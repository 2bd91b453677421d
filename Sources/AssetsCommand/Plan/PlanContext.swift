/// What a rendered plan says besides the plan itself.
struct PlanContext: Sendable, Equatable {
    /// Absolute.
    let assetsDirectory: String
    /// The store's name, without a secret; nil in pre-downloaded mode.
    let store: String?
    /// What the keys of the store's objects begin with, without the slash after it; may be empty.
    let prefix: String
    /// The spec file, as it was given.
    let specFile: String
    /// On the file system of the assets directory; nil where the system does not say.
    let freeBytes: Int64?

    init(assetsDirectory: String, store: String?, prefix: String, specFile: String, freeBytes: Int64?) {
        self.assetsDirectory = assetsDirectory
        self.store = store
        self.prefix = prefix
        self.specFile = specFile
        self.freeBytes = freeBytes
    }
}
