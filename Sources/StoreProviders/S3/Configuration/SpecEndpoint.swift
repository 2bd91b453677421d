package import AssetModel
internal import StoreTransport

/// Why credentials may be sent to an endpoint of the spec file, which may have been written by somebody else.
///
/// | the spec's endpoint is | credentials | values of the environment's variables |
/// | --- | --- | --- |
/// | on loopback | sent | sent |
/// | named by a variable or the profile too | sent | sent |
/// | trusted by `--trust-spec-endpoint` | sent | sent |
/// | another, and access is anonymous | none | refused |
/// | another | refused | refused |
///
/// A flag and a variable beat the spec file, so that what they name is no endpoint of the spec.
package enum SpecEndpointTrust: Sendable, Equatable {
    /// No credentials go to an endpoint that the spec file names: it names none, or access is anonymous.
    case unneeded
    case loopback
    /// Named there too.
    case named(Provenance)
    /// A person said so.
    case said(Provenance)

    /// - Parameters:
    ///   - endpoint: the one that requests go to.
    ///   - spec: what the spec file names.
    ///   - others: what else names one, whether or not it is heeded.
    init(
        in endpoint: Setting<HTTPURL>?, of overrides: S3Overrides, isAnonymous: Bool, others: [Setting<String>]
    ) throws(ConfigurationFault) {
        guard let endpoint, let spec = overrides.endpoint, case .file = spec.provenance,
            endpoint.provenance == spec.provenance
        else {
            self = .unneeded
            return
        }
        if endpoint.value.isLoopback {
            self = .loopback
        } else if let other = others.first(where: { HTTPURL($0.value) == endpoint.value }) {
            self = .named(other.provenance)
        } else if let trust = overrides.specEndpointTrust, trust.value {
            self = .said(trust.provenance)
        } else {
            if let variable = overrides.specVariables.first {
                let isHidden = overrides.specVariables.contains { $0.provenance == endpoint.provenance }
                throw Self.fault(endpoint, variable, isHidden: isHidden)
            }
            guard isAnonymous else { throw Self.fault(endpoint) }
            self = .unneeded
        }
    }

    private static func fault(_ endpoint: Setting<HTTPURL>) -> ConfigurationFault {
        ConfigurationFault(S3SettingFault.untrustedEndpoint(endpoint.value.origin), place: endpoint.provenance)
    }

    /// - Parameter isHidden: whether the endpoint holds the value of a variable, which may be a secret.
    private static func fault(
        _ endpoint: Setting<HTTPURL>, _ variable: Setting<String>, isHidden: Bool
    ) -> ConfigurationFault {
        ConfigurationFault(
            S3SettingFault.untrustedVariable(variable, endpoint: isHidden ? nil : endpoint.value.origin),
            place: endpoint.provenance)
    }
}
