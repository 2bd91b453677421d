internal import AssetModel
internal import StoreTransport

/// Looks a setting of Amazon's tools up: in its variable, then in the profile.
struct AWSSettingSources: Sendable {
    let environment: ProviderEnvironment
    let files: AWSFiles
    let profile: AWSSection

    func text(_ variable: String, _ key: String) -> Setting<String>? {
        environment.setting([variable]) ?? profile[key]
    }

    /// Only `true`, in either case, is true. Source: botocore's `ensure_boolean`.
    ///
    /// - Parameter block: whether the `s3 =` block of the profile comes first, where it says `true`; what else it says
    ///   decides nothing.
    func flag(_ variable: String, _ key: String, block: Bool = false) -> Setting<Bool> {
        if block, let own = self.block(key), own.value { return own }
        guard let setting = text(variable, key) else { return Setting(false, from: .builtIn) }
        return setting.map { $0.lowercased() == "true" }
    }

    /// What the `s3 =` block of the profile says.
    func block(_ key: String) -> Setting<Bool>? {
        profile.block("s3")[key].map { $0.map { $0.lowercased() == "true" } }
    }

    /// Whether us-east-1 has its own address rather than the one without a region.
    func usesRegionalAddressForUSEast1() throws(ConfigurationFault) -> Bool {
        let setting =
            text("AWS_S3_US_EAST_1_REGIONAL_ENDPOINT", "s3_us_east_1_regional_endpoint")
            ?? profile.block("s3")["us_east_1_regional_endpoint"]
        guard let setting else { return try !usesLegacyDefaults() }
        guard ["legacy", "regional"].contains(setting.value) else {
            throw ConfigurationFault(S3SettingFault.regionalMode(setting.value), place: setting.provenance)
        }
        return setting.value == "regional"
    }

    func region(_ override: Setting<String>?) throws(ConfigurationFault) -> Setting<String>? {
        let (first, last) = Self.split(override)
        let found =
            first ?? environment.setting(["AWS_DEFAULT_REGION"]) ?? last ?? profile["region"]
            ?? environment.setting(["AWS_REGION"])
        guard let found else { return nil }
        guard S3Endpoint.isRegion(found.value) else {
            throw ConfigurationFault(S3SettingFault.region(found.value), place: found.provenance)
        }
        return found
    }

    func endpoint(
        _ service: String, _ override: Setting<String>?
    ) throws(ConfigurationFault) -> Setting<HTTPURL>? {
        let (first, last) = Self.split(override)
        let suffix = service.uppercased().replacing("-", with: "_")
        let ignores = flag("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "ignore_configured_endpoint_urls").value
        let variables = ignores ? nil : environment.setting(["AWS_ENDPOINT_URL_\(suffix)", "AWS_ENDPOINT_URL"])
        var found = first ?? variables ?? last
        if found == nil, !ignores { found = try configuredEndpoint(service) }
        guard let found else { return nil }
        guard let url = HTTPURL(found.value), url.query.isEmpty, HTTPURL.isHost(url.host) else {
            let isURL = found.value.contains("://")
            throw ConfigurationFault(
                ConnectionSettingFault.invalidEndpoint(
                    shown: HTTPURL.shown(found.value), meant: isURL ? nil : "https://\(found.value)"),
                place: found.provenance)
        }
        return found.map { _ in url }
    }

    /// All that names an endpoint of S3 beside a flag and the spec file, whether or not it is heeded.
    func namedEndpoints() -> [Setting<String>] {
        let variables = ["S3_ENDPOINT", "AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"].compactMap {
            environment.setting([$0])
        }
        return variables + [(try? configuredEndpoint("s3")) ?? nil].compactMap(\.self)
    }

    /// The endpoint of a service in the profile's `services` section, or the profile's own.
    private func configuredEndpoint(_ service: String) throws(ConfigurationFault) -> Setting<String>? {
        let key = service.replacing("-", with: "_")
        if let name = profile["services"] {
            guard let services = files.services[name.value], !services.values.isEmpty else {
                throw ConfigurationFault(S3SettingFault.unknownServices(name.value), place: name.provenance)
            }
            if let endpoint = services.block(key)["endpoint_url"], !endpoint.value.isEmpty { return endpoint }
        }
        return profile["endpoint_url"]
    }

    func style() throws(ConfigurationFault) -> Setting<AddressingStyle> {
        guard let setting = profile.block("s3")["addressing_style"] else { return Setting(.auto, from: .builtIn) }
        guard let style = AddressingStyle(rawValue: setting.value) else {
            throw ConfigurationFault(S3SettingFault.style(setting.value), place: setting.provenance)
        }
        return setting.map { _ in style }
    }

    func attempts() throws(ConfigurationFault) -> Setting<Int>? {
        guard let setting = text("AWS_MAX_ATTEMPTS", "max_attempts") else { return nil }
        guard let count = Int(setting.value), count > 0 else {
            throw ConfigurationFault(S3SettingFault.attempts(setting.value), place: setting.provenance)
        }
        return setting.map { _ in count }
    }

    /// The program retries in one way only; an unknown mode is a mistake all the same, as it is for boto3.
    func checkRetryMode() throws(ConfigurationFault) {
        guard let setting = text("AWS_RETRY_MODE", "retry_mode") else { return }
        guard ["legacy", "standard", "adaptive"].contains(setting.value) else {
            throw ConfigurationFault(S3SettingFault.retryMode(setting.value), place: setting.provenance)
        }
    }

    /// Whether a checksum is asked for and compared where it is not demanded.
    func wantsChecksums(_ variable: String, _ key: String) throws(ConfigurationFault) -> Setting<Bool> {
        try word(variable, key, ["when_supported", "when_required"])?.map { $0 == "when_supported" }
            ?? Setting(true, from: .builtIn)
    }

    /// Whether STS has one address for its first regions, and S3 one for us-east-1, as of old.
    func usesLegacyDefaults() throws(ConfigurationFault) -> Bool {
        let modes = ["auto", "cross-region", "in-region", "legacy", "mobile", "standard"]
        return try word("AWS_DEFAULTS_MODE", "defaults_mode", modes).map { $0.value == "legacy" } ?? true
    }

    /// No service that is used here heeds it; an unknown mode is a mistake all the same.
    func checkAccountIDEndpointMode() throws(ConfigurationFault) {
        _ = try word("AWS_ACCOUNT_ID_ENDPOINT_MODE", "account_id_endpoint_mode", ["disabled", "preferred", "required"])
    }

    func usesGlobalTokenService() throws(ConfigurationFault) -> Bool {
        guard let setting = text("AWS_STS_REGIONAL_ENDPOINTS", "sts_regional_endpoints") else { return false }
        return try Self.checked(setting, "sts_regional_endpoints", ["legacy", "regional"]).value == "legacy"
    }

    /// A word in either case.
    private func word(
        _ variable: String, _ key: String, _ known: [String]
    ) throws(ConfigurationFault) -> Setting<String>? {
        guard let setting = text(variable, key) else { return nil }
        return try Self.checked(setting.map { $0.lowercased() }, key, known)
    }

    private static func checked(
        _ setting: Setting<String>, _ key: String, _ known: [String]
    ) throws(ConfigurationFault) -> Setting<String> {
        guard known.contains(setting.value) else {
            throw ConfigurationFault(
                S3SettingFault.word(setting.value, key: key, known: known), place: setting.provenance)
        }
        return setting
    }

    /// What beats the environment's variables, and what they beat: the spec file.
    private static func split(_ override: Setting<String>?) -> (first: Setting<String>?, last: Setting<String>?) {
        guard let override, case .file = override.provenance else { return (override, nil) }
        return (nil, override)
    }
}
