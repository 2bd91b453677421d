internal import StoreTransport

/// A part of Amazon's cloud with names and accounts of its own.
///
/// Source: botocore's `partitions.json`.
struct AWSPartition: Sendable, Hashable {
    /// Of its hosts' names.
    let suffix: String
    /// Of those that IPv6 leads to as well, for services other than S3.
    let dualStackSuffix: String

    /// Of a region.
    static func of(_ region: String) -> AWSPartition {
        all.first { $0.prefixes.contains(where: region.hasPrefix) }?.partition
            ?? AWSPartition(suffix: "amazonaws.com", dualStackSuffix: "api.aws")
    }

    static func hasDualStack(_ region: String) -> Bool {
        !["eu-isoe-", "us-isof-"].contains(where: region.hasPrefix)
    }

    private static let all: [(prefixes: [String], partition: AWSPartition)] = [
        (["cn-", "aws-cn-"], .init(suffix: "amazonaws.com.cn", dualStackSuffix: "api.amazonwebservices.com.cn")),
        (["eusc-"], .init(suffix: "amazonaws.eu", dualStackSuffix: "api.amazonwebservices.eu")),
        (["us-isob-", "aws-iso-b-"], .init(suffix: "sc2s.sgov.gov", dualStackSuffix: "api.aws.scloud")),
        (["eu-isoe-", "aws-iso-e-"], .init(suffix: "cloud.adc-e.uk", dualStackSuffix: "api.cloud-aws.adc-e.uk")),
        (["us-isof-", "aws-iso-f-"], .init(suffix: "csp.hci.ic.gov", dualStackSuffix: "api.aws.hci.ic.gov")),
        (["us-iso-", "aws-iso-"], .init(suffix: "c2s.ic.gov", dualStackSuffix: "api.aws.ic.gov")),
    ]
}

/// A region as settings name it, where a prefix or suffix can ask for FIPS. Source: botocore's `_normalize_fips_region`.
struct AWSRegion: Sendable, Hashable {
    let name: String
    let asksForFIPS: Bool

    init(_ setting: String) {
        name = setting.replacing("fips-", with: "").replacing("-fips", with: "")
        asksForFIPS = name != setting
    }
}

/// Where one of the services that hand out credentials is.
///
/// | variant | host |
/// | --- | --- |
/// | none | `SERVICE.REGION.SUFFIX` |
/// | FIPS | `SERVICE-fips.REGION.SUFFIX`; in GovCloud, where all are, `SERVICE.REGION.SUFFIX` |
/// | dual-stack | `SERVICE.REGION.DUAL-STACK-SUFFIX` |
/// | both | `SERVICE-fips.REGION.DUAL-STACK-SUFFIX` |
///
/// Source: botocore's rule sets for endpoints of STS, SSO and SSO OIDC.
struct AWSServiceHost: Sendable {
    /// `sts`, `portal.sso`, `oidc`
    let service: String
    let usesFIPS: Bool
    let usesDualStack: Bool

    /// Nil where there is none: of dual-stack, in some regions.
    func url(in region: AWSRegion) -> HTTPURL? {
        if usesDualStack, !AWSPartition.hasDualStack(region.name) { return nil }
        let partition = AWSPartition.of(region.name)
        let isOfGovernment = ["us-gov-", "aws-us-gov-"].contains(where: region.name.hasPrefix)
        let isNamed = (usesFIPS || region.asksForFIPS) && (usesDualStack || !isOfGovernment)
        return HTTPURL(
            scheme: .https,
            host: "\(service)\(isNamed ? "-fips" : "").\(region.name)."
                + (usesDualStack ? partition.dualStackSuffix : partition.suffix))
    }
}
