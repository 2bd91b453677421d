package import AssetModel
package import FileSystem
package import ObjectStore

/// A setting of a provider that cannot be used.
package struct ConfigurationFault: Error, ErrorDetail {
    /// Of a type of the target that reads the setting.
    package let fault: AnyErrorDetail
    /// Where the setting came from.
    package let place: Provenance?

    package init(_ fault: any ErrorDetail, place: Provenance? = nil) {
        self.fault = AnyErrorDetail(fault)
        self.place = place
    }
}

/// What is wrong with the way to a store or with a file of settings, whatever the store.
package enum ConnectionSettingFault: ErrorDetail {
    case unsupportedProxy
    case noCertificateFile(String)
    case noCertificate(in: String)
    /// A file of settings or of secrets.
    case unreadable(FileError)
    /// The text without its secrets, and what may have been meant.
    case invalidEndpoint(shown: String, meant: String? = nil)
}

extension StoreError {
    /// Of a store that was not opened, once something is asked of it.
    package init(_ fault: ConfigurationFault, address: String) {
        self.init(
            .unusableSettings, operation: .open, address: address, detail: fault, notes: [fault], remedy: fault)
    }
}
