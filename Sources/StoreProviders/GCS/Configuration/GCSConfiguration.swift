package import AssetModel
package import StoreTransport

/// The settings of Google Cloud Storage beside Google's own variables.
package struct GCSOverrides: Sendable {
    /// By a flag: no spec file may say where tokens go.
    package var endpoint: Setting<String>?
    package var anonymous: Setting<Bool>?

    package init(endpoint: Setting<String>? = nil, anonymous: Setting<Bool>? = nil) {
        self.endpoint = endpoint
        self.anonymous = anonymous
    }
}

/// All that says how Google Cloud Storage is reached, each setting with the place that it came from.
///
/// Source: google-cloud-storage's `client.py` and `_helpers.py`; google-auth's `_default.py`.
package struct GCSConfiguration: Sendable {
    /// Nil: Google's own, in the universe of the credentials.
    package let endpoint: Setting<HTTPURL>?
    /// Whether requests carry no token: a flag says so, or the store is an emulator.
    package let anonymous: Setting<Bool>
    /// The file that holds the credentials; nil where the metadata service has them.
    package let credentialFile: Setting<String>?
    /// The project that pays for the requests; nil for that of the credentials.
    package let quotaProject: Setting<String>?
    /// A file of certificates; nil for the system's.
    package let certificateAuthorities: Setting<String>?

    package init(_ overrides: GCSOverrides, _ environment: ProviderEnvironment) throws(ConfigurationFault) {
        let emulator = environment.setting(["STORAGE_EMULATOR_HOST"])
        let named = overrides.endpoint ?? emulator ?? environment.setting(["API_ENDPOINT_OVERRIDE"])
        endpoint = try named.map { setting throws(ConfigurationFault) in try Self.endpoint(setting) }
        anonymous =
            overrides.anonymous ?? (overrides.endpoint == nil ? emulator?.map { _ in true } : nil)
            ?? Setting(false, from: .builtIn)
        credentialFile = try Self.credentialFile(environment)
        quotaProject = environment.setting(["GOOGLE_CLOUD_QUOTA_PROJECT"])
        certificateAuthorities = environment.setting(["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
    }

    /// Python wants the scheme; other clients take `host:port` too.
    private static func endpoint(_ setting: Setting<String>) throws(ConfigurationFault) -> Setting<HTTPURL> {
        let text = setting.value.contains("://") ? setting.value : "http://\(setting.value)"
        guard let url = HTTPURL(text), url.query.isEmpty, HTTPURL.isHost(url.host) else {
            throw ConfigurationFault(
                ConnectionSettingFault.invalidEndpoint(shown: HTTPURL.shown(setting.value)),
                place: setting.provenance)
        }
        return setting.map { _ in url }
    }

    /// GOOGLE_APPLICATION_CREDENTIALS, or what `gcloud auth application-default login` left.
    private static func credentialFile(
        _ environment: ProviderEnvironment
    ) throws(ConfigurationFault) -> Setting<String>? {
        if let named = environment.setting(["GOOGLE_APPLICATION_CREDENTIALS"]) { return named }
        let name = "application_default_credentials.json"
        let folder = environment.setting(["CLOUDSDK_CONFIG"])
        let path = environment.expanding((folder?.value ?? "~/.config/gcloud") + "/" + name)
        guard try SmallFile.read(path) != nil else { return nil }
        return Setting(path, from: folder?.provenance ?? .builtIn)
    }
}
