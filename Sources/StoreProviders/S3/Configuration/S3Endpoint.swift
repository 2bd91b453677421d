internal import AssetModel
package import ObjectStore
package import StoreTransport

/// Where a bucket is: the address of each of its objects, and the region that requests are signed for.
///
/// | bucket | address |
/// | --- | --- |
/// | whose name can be a host's | `https://BUCKET.s3.REGION.amazonaws.com/KEY` |
/// | another | `https://s3.REGION.amazonaws.com/BUCKET/KEY` |
/// | of no region, or of us-east-1 | the same at `s3.amazonaws.com` |
/// | at an endpoint of its own | `ENDPOINT/BUCKET/KEY` |
/// | there, with the style `virtual` | `https://BUCKET.HOST/KEY` |
/// | with S3 Transfer Acceleration | `https://BUCKET.s3-accelerate.amazonaws.com/KEY` |
/// | behind an access point's ARN | `https://NAME-ACCOUNT.s3-accesspoint.REGION.amazonaws.com/KEY` |
///
/// Source: botocore's rule set for endpoints of S3, as boto3 without a `Config` applies it.
package struct S3Endpoint: Sendable {
    /// That requests are signed for.
    package let region: String
    /// `virtual` or `path`.
    package let style: AddressingStyle
    package let bucket: String
    private let custom: Setting<HTTPURL>?
    private let regionSetting: Provenance
    private let usesDualStack: Bool
    private let usesFIPS: Bool
    private let isGlobal: Bool
    private let isAccelerated: Bool
    private let accessPoint: S3AccessPoint?

    package init(_ bucket: String, _ configuration: S3Configuration) throws(ConfigurationFault) {
        accessPoint = bucket.hasPrefix("arn:") ? try S3AccessPoint(bucket) : nil
        if accessPoint == nil { try Self.check(bucket) }
        let named = configuration.region?.value ?? "us-east-1"
        let clean = AWSRegion(named).name
        self.bucket = bucket
        region = accessPoint?.region ?? (clean == "aws-global" ? "us-east-1" : clean)
        regionSetting = configuration.region?.provenance ?? .builtIn
        // The address of acceleration, given as an endpoint, is no endpoint of one's own.
        let acceleration = configuration.endpoint.flatMap { Self.accelerationHosts[$0.value.host] }
        custom = acceleration == nil ? configuration.endpoint : nil
        isAccelerated = acceleration != nil || configuration.usesAcceleration.value
        usesDualStack = acceleration == .dualStack || configuration.usesDualStack.value
        usesFIPS = configuration.usesFIPS.value || clean != named
        // Without a region, and for the first of them, Amazon has one address that names none.
        let isFirst =
            clean == "us-east-1" && !(configuration.usesRegionalAddressForUSEast1 && configuration.region != nil)
        isGlobal = (isFirst || clean == "aws-global") && !usesFIPS && !usesDualStack
        style = Self.style(bucket, custom?.value, configuration, accessPoint)
        try checkVariants(clean, configuration)
    }

    /// What there is no address for.
    private func checkVariants(_ region: String, _ configuration: S3Configuration) throws(ConfigurationFault) {
        if usesFIPS, region.hasPrefix("cn-"), custom == nil {
            throw ConfigurationFault(S3SettingFault.noFIPS(region: region), place: configuration.usesFIPS.provenance)
        }
        if usesDualStack, !AWSPartition.hasDualStack(region) {
            throw ConfigurationFault(
                S3SettingFault.noDualStack(region: region), place: configuration.usesDualStack.provenance)
        }
        guard isAccelerated else { return }
        let obstacles: [(Bool, AccelerationObstacle)] = [
            (custom != nil, .customEndpoint), (usesFIPS, .fips), (style == .path, .pathStyle),
            (region.hasPrefix("cn-"), .region(region)), (accessPoint != nil, .accessPoint),
        ]
        if let obstacle = obstacles.first(where: \.0)?.1 {
            throw ConfigurationFault(
                S3SettingFault.acceleration(with: obstacle),
                place: configuration.usesAcceleration.value ? configuration.usesAcceleration.provenance : nil)
        }
    }

    private enum Acceleration { case plain, dualStack }

    private static let accelerationHosts: [String: Acceleration] = [
        "s3-accelerate.amazonaws.com": .plain, "s3-accelerate.dualstack.amazonaws.com": .dualStack,
    ]

    /// `https://s3.eu-west-1.amazonaws.com`, and what says so.
    var note: CallNote { .endpoint(base(region).origin, custom?.provenance ?? regionSetting) }

    /// Scheme, host and port, without the bucket.
    package var origin: String { base(region).origin }

    /// The address of an object.
    ///
    /// - Parameters:
    ///   - key: nil for the bucket itself.
    ///   - region: as an answer corrected it; an endpoint of one's own stays where it is.
    package func url(of key: ObjectKey?, query: [(name: String, value: String?)], region: String) -> HTTPURL {
        var url = base(region)
        var path = url.target == "/" ? "" : url.target.droppingSuffix("/")
        if style == .path {
            path += "/" + PercentEncoding.encode(bucket)
        } else if let accessPoint {
            if custom != nil { url.host = "\(accessPoint.host).\(url.host)" }
        } else {
            url.host = "\(bucket).\(url.host)"
        }
        if let key { path += "/" + PercentEncoding.encode(key.text, keepsSlash: true) }
        url.target = path.isEmpty ? "/" : path
        if !query.isEmpty { url.target += "?" + PercentEncoding.query(query) }
        return url
    }

    private func base(_ region: String) -> HTTPURL {
        if let custom { return custom.value }
        let suffix = AWSPartition.of(region).suffix
        let service = (usesFIPS ? "-fips" : "") + (usesDualStack ? ".dualstack" : "")
        if let accessPoint {
            return HTTPURL(scheme: .https, host: "\(accessPoint.host).s3-accesspoint\(service).\(region).\(suffix)")
        }
        if isAccelerated {
            return HTTPURL(scheme: .https, host: "s3-accelerate\(usesDualStack ? ".dualstack" : "").amazonaws.com")
        }
        // Once an answer named a region, its own address is used.
        if isGlobal, region == self.region { return HTTPURL(scheme: .https, host: "s3.\(suffix)") }
        return HTTPURL(scheme: .https, host: "s3\(service).\(region).\(suffix)")
    }

    private static func style(
        _ bucket: String, _ endpoint: HTTPURL?, _ configuration: S3Configuration, _ accessPoint: S3AccessPoint?
    ) -> AddressingStyle {
        if accessPoint != nil { return .virtual }
        guard let endpoint else {
            return configuration.style.value != .path && isHostLabel(bucket, dotted: false) ? .virtual : .path
        }
        let isVirtual =
            configuration.style.value == .virtual && isHostLabel(bucket, dotted: endpoint.scheme == .http)
            && !isAddress(endpoint.host)
        return isVirtual ? .virtual : .path
    }
}

// MARK: - Names

extension S3Endpoint {
    /// Source: botocore's `validate_region_name`.
    package static func isRegion(_ text: String) -> Bool {
        let isLabel = text.utf8.allSatisfy { $0.isLetterOrDigit || $0 == UInt8(ascii: "-") }
        let isNumber = text.utf8.allSatisfy { (0x30...0x39).contains($0) }
        return isLabel && !isNumber && text.utf8.count < 64 && !text.isEmpty && !text.hasPrefix("-")
            && !text.hasSuffix("-")
    }

    /// Whether the bucket's name can stand before a host's.
    private static func isHostLabel(_ bucket: String, dotted: Bool) -> Bool {
        let isLower = !bucket.utf8.contains { (0x41...0x5A).contains($0) || $0 == UInt8(ascii: "_") }
        return (3...63).contains(bucket.utf8.count) && isLower && HTTPURL.isHost(bucket)
            && (dotted || !bucket.contains("."))
            && !bucket.hasSuffix(".") && !isAddress(bucket)
    }

    private static func isAddress(_ host: String) -> Bool {
        let numbers = host.split(separator: ".", omittingEmptySubsequences: false)
        return host.hasPrefix("[") || numbers.count == 4 && numbers.allSatisfy { UInt8($0) != nil }
    }

    private static func check(_ bucket: String) throws(ConfigurationFault) {
        let isName = bucket.utf8.allSatisfy { $0.isLetterOrDigit || "-._".utf8.contains($0) }
        guard isName, (1...255).contains(bucket.utf8.count) else {
            throw ConfigurationFault(S3SettingFault.bucketName(bucket))
        }
        guard !bucket.hasSuffix("--x-s3") else {
            throw ConfigurationFault(S3SettingFault.directoryBucket(bucket))
        }
    }
}

extension String {
    fileprivate func droppingSuffix(_ suffix: String) -> String {
        hasSuffix(suffix) ? String(dropLast(suffix.count)) : self
    }
}
