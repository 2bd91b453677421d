package import AssetModel
internal import FileSystem
internal import NIOSSL

/// A file or a folder of certificates that are trusted in place of the system's.
package enum CertificateBundle {
    /// In bytes; the system's has a quarter of a megabyte.
    private static let limit = 64 << 20

    /// Where it is, found to be there where it is needed: a store that is spoken to in the clear has no certificate.
    package static func path(
        _ setting: Setting<String>?, _ environment: ProviderEnvironment, isNeeded: Bool
    ) throws(ConfigurationFault) -> String? {
        guard let setting else { return nil }
        let path = environment.expanding(setting.value)
        guard isNeeded else { return path }
        if (try? Directory.open(path)) != nil { return path }
        let bytes = try SmallFile.read(path, limit: limit)
        guard let bytes else {
            throw ConfigurationFault(ConnectionSettingFault.noCertificateFile(path), place: setting.provenance)
        }
        guard let certificates = try? NIOSSLCertificate.fromPEMBytes(bytes), !certificates.isEmpty else {
            throw ConfigurationFault(ConnectionSettingFault.noCertificate(in: path), place: setting.provenance)
        }
        return path
    }
}
