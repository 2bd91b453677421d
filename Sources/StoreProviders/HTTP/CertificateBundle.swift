internal import AssetModel
internal import FileSystem

/// A file or a folder of certificates that are trusted in place of the system's.
enum CertificateBundle {
    /// In bytes; the system's has a quarter of a megabyte.
    private static let limit = 64 << 20

    /// Where it is, found to be there.
    static func path(
        _ setting: Setting<String>?, _ environment: ProviderEnvironment
    ) throws(S3ConfigurationFault) -> String? {
        guard let setting else { return nil }
        let path = environment.expanding(setting.value)
        if (try? Directory.open(path)) != nil { return path }
        let bytes = try SmallFile.read(path, limit: limit)
        guard let bytes else { throw fault("the file of certificates `\(path)` does not exist", setting) }
        let text = String(decoding: bytes, as: UTF8.self)
        guard
            ["CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"].contains(where: {
                text.contains("-----BEGIN \($0)-----")
            })
        else { throw fault("the file `\(path)` holds no certificate", setting) }
        return path
    }

    private static func fault(_ words: String, _ setting: Setting<String>) -> S3ConfigurationFault {
        S3ConfigurationFault(
            words, place: setting.provenance, expected: "certificates in PEM",
            hint: "if it is a secret of a build or a pod, check that it is mounted; unset the variable to trust the "
                + "system's certificates")
    }
}
