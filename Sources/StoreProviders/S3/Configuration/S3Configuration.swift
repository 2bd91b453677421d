package import AssetModel
package import StoreTransport

/// The settings of S3 beside the files of Amazon's tools: by flags, modelkit's variables and the spec.
package struct S3Overrides: Sendable {
    package var region: Setting<String>?
    package var endpoint: Setting<String>?
    package var anonymous: Setting<Bool>?
    /// Whether credentials may go to an endpoint that the spec file alone names.
    package var specEndpointTrust: Setting<Bool>?
    /// The environment's variables whose values the spec file holds, each with its place.
    package var specVariables: [Setting<String>]

    package init(
        region: Setting<String>? = nil, endpoint: Setting<String>? = nil, anonymous: Setting<Bool>? = nil,
        specEndpointTrust: Setting<Bool>? = nil, specVariables: [Setting<String>] = []
    ) {
        self.region = region
        self.endpoint = endpoint
        self.anonymous = anonymous
        self.specEndpointTrust = specEndpointTrust
        self.specVariables = specVariables
    }
}

/// All that says how S3 is reached, as boto3 finds it, each setting with the place that it came from.
///
/// | setting | in this order |
/// | --- | --- |
/// | profile | AWS_DEFAULT_PROFILE, AWS_PROFILE, `default` |
/// | region | flag, AWS_DEFAULT_REGION, spec file, profile, AWS_REGION, none |
/// | endpoint | flag, S3_ENDPOINT, AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, spec file, the profile's services, the profile |
/// | the others | their variable, the profile, the default |
///
/// AWS_REGION, which boto3 does not read, comes last. A variable that is empty counts as
/// unset, where boto3 takes it for a value.
package struct S3Configuration: Sendable {
    package let profile: Setting<String>
    /// Nil: `us-east-1`, by the address that stands for no region.
    package let region: Setting<String>?
    /// Nil: Amazon's own.
    package let endpoint: Setting<HTTPURL>?
    package let style: Setting<AddressingStyle>
    package let usesDualStack: Setting<Bool>
    package let usesFIPS: Setting<Bool>
    /// The same of dual-stack for the services that hand out credentials.
    let usesDualStackOfServices: Setting<Bool>
    /// Whether the region us-east-1 has its own address rather than the one without a region.
    package let usesRegionalAddressForUSEast1: Bool
    /// Whether objects come by way of the edge of Amazon's network that is nearest.
    package let usesAcceleration: Setting<Bool>
    /// A file of certificates; nil for the system's.
    package let certificateAuthorities: Setting<String>?
    /// The first time included; nil for the program's own number.
    package let attempts: Setting<Int>?
    /// Whether the store's checksums are asked for and compared.
    package let validatesResponses: Setting<Bool>
    package let anonymous: Setting<Bool>
    package let endpointTrust: SpecEndpointTrust
    package let files: AWSFiles
    let sources: AWSSettingSources

    package init(_ overrides: S3Overrides, _ environment: ProviderEnvironment) throws(ConfigurationFault) {
        files = try AWSFiles.load(environment)
        profile = environment.setting(["AWS_DEFAULT_PROFILE", "AWS_PROFILE"]) ?? Setting("default", from: .builtIn)
        if profile.provenance != .builtIn, files.profile(profile.value) == nil {
            throw Self.unknown(profile, in: files)
        }
        let section = files.profile(profile.value) ?? AWSSection()
        sources = AWSSettingSources(environment: environment, files: files, profile: section)
        region = try sources.region(overrides.region)
        endpoint = try sources.endpoint("s3", overrides.endpoint)
        style = try sources.style()
        usesDualStack = sources.flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint", block: true)
        usesFIPS = sources.flag("AWS_USE_FIPS_ENDPOINT", "use_fips_endpoint")
        usesDualStackOfServices = sources.flag("AWS_USE_DUALSTACK_ENDPOINT", "use_dualstack_endpoint")
        usesRegionalAddressForUSEast1 = try sources.usesRegionalAddressForUSEast1()
        usesAcceleration = sources.block("use_accelerate_endpoint") ?? Setting(false, from: .builtIn)
        certificateAuthorities =
            sources.text("AWS_CA_BUNDLE", "ca_bundle") ?? environment.setting(["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
        attempts = try sources.attempts()
        try sources.checkRetryMode()
        try sources.checkAccountIDEndpointMode()
        _ = try sources.usesLegacyDefaults()
        // How pushes are checked does not depend on it; an unknown word is a mistake all the same.
        _ = try sources.wantsChecksums("AWS_REQUEST_CHECKSUM_CALCULATION", "request_checksum_calculation")
        validatesResponses =
            try sources.wantsChecksums("AWS_RESPONSE_CHECKSUM_VALIDATION", "response_checksum_validation")
        anonymous = overrides.anonymous ?? Setting(false, from: .builtIn)
        endpointTrust = try SpecEndpointTrust(
            in: endpoint, of: overrides, isAnonymous: anonymous.value, others: sources.namedEndpoints())
    }

    /// Where another of Amazon's services is, `sts`, `sso`, `sso-oidc`, if something says; found as S3's own endpoint is.
    package func endpoint(of service: String) throws(ConfigurationFault) -> Setting<HTTPURL>? {
        try sources.endpoint(service, nil)
    }

    private static func unknown(_ profile: Setting<String>, in files: AWSFiles) -> ConfigurationFault {
        let known = Set(files.config.keys).union(files.credentials.keys).sorted()
        return ConfigurationFault(
            S3SettingFault.unknownProfile(profile.value, known: known), place: profile.provenance)
    }
}

/// How a bucket's name comes into an address: before the host, or as the beginning of the path.
package enum AddressingStyle: String, Sendable, CaseIterable {
    case auto, virtual, path
}
