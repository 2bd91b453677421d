package import AssetModel
internal import FileSystem
package import StoreProviders
package import StoreTransport
internal import Terminal

// The words for settings that keep a store from being opened.

extension Problem {
    /// The code of settings that keep a store from being opened.
    package static let storeSettings = "store-settings"

    package init(_ fault: ConfigurationFault) {
        self.init(
            code: Self.storeSettings, message: fault.words.escapedForTerminal,
            details: fault.notes.map(\.escapedForTerminal),
            hint: fault.advice?.escapedForTerminal ?? "`modelkit-assets check` prints every setting and its source",
            exitStatus: 3)
    }
}

/// A fault of a setting, in words.
package protocol WordedSettingFault: WordedDetail {
    /// To follow `expected`; nil where that is clear.
    var expected: String? { get }
}

extension ConfigurationFault: WordedDetail {
    package var words: String { fault.words }

    package var notes: [String] {
        let expected = (fault.value as? any WordedSettingFault)?.expected
        return (place.map { [$0.phrase] } ?? []) + (expected.map { ["expected \($0)"] } ?? [])
    }

    package var advice: String? { fault.advice }
}

extension Provenance {
    /// In an error about the setting: `set by flag --bucket`, `set in assets.yaml:4`.
    package var phrase: String {
        switch self {
        case .flag, .environment: "set by \(self)"
        case .file: "set in \(self)"
        case .builtIn: "set by default"
        }
    }
}

extension ConnectionSettingFault: WordedSettingFault {
    package var words: String {
        switch self {
        case .unsupportedProxy: "unsupported proxy"
        case .noCertificateFile(let path): "certificate file `\(path)` does not exist"
        case .noCertificate(let path): "no valid certificate in `\(path)`"
        case .unreadable(let error): "cannot read `\(error.path)`: \(error.reason)"
        case .invalidEndpoint(let shown, _): "invalid endpoint `\(shown)`"
        }
    }

    package var expected: String? {
        switch self {
        case .unsupportedProxy: "`http://HOST:PORT` (TLS and SOCKS proxies are not supported)"
        case .noCertificateFile, .noCertificate: "PEM certificates"
        case .unreadable: nil
        case .invalidEndpoint: "a URL with `http://` or `https://` and a host name, without a user"
        }
    }

    package var advice: String? {
        switch self {
        case .noCertificateFile, .noCertificate:
            "check that the secret is mounted, or unset the variable to use the system's certificates"
        case .unreadable(let error) where error.isADirectory:
            "it is a directory: the file to mount into the container does not exist on its host"
        case .invalidEndpoint(_, let meant?): "did you mean `\(meant)`?"
        case .unsupportedProxy, .unreadable, .invalidEndpoint: nil
        }
    }
}

extension S3SettingFault: WordedSettingFault {
    package var words: String {
        switch self {
        case .unknownProfile(let name, _): "unknown profile `\(name)`"
        case .notUTF8(let path): "cannot read `\(path)`: it is not UTF-8 without a byte order mark"
        case .file(let fault): "invalid configuration file: \(fault.words)"
        case .region(let text): "invalid region `\(text)`"
        case .unknownServices(let name): "unknown services section `\(name)`"
        case .style(let text): "invalid addressing style `\(text)`"
        case .attempts(let text): "invalid number of attempts `\(text)`"
        case .retryMode(let text): "invalid retry mode `\(text)`"
        case .regionalMode(let text): "invalid us-east-1 endpoint mode `\(text)`"
        case .word(let text, let key, _): "invalid \(key) `\(text)`"
        case .bucketName(let name): "invalid bucket name `\(name)`"
        case .directoryBucket(let name): "directory buckets are not supported: `\(name)`"
        case .bucketARN(let text): "unsupported bucket ARN `\(text)`"
        case .noFIPS(let region): "region \(region) has no FIPS endpoints"
        case .noDualStack(let region): "region \(region) has no dual-stack endpoints"
        case .acceleration(let obstacle): "S3 Transfer Acceleration cannot be combined with \(obstacle.words)"
        case .untrustedEndpoint(let origin):
            "untrusted endpoint `\(origin)`: credentials are not sent to an endpoint that only the spec file sets"
        case .untrustedVariable(let variable, let endpoint):
            "the value of `\(variable.value)` (\(variable.provenance)) is not sent to "
                + (endpoint.map { "`\($0)`" } ?? "this endpoint") + ", which only the spec file sets"
        }
    }

    package var expected: String? {
        switch self {
        case .unknownProfile(_, let known): known.isEmpty ? nil : Self.choice(known)
        case .file(let fault): fault.expected
        case .region: "letters, digits and hyphens, as in `eu-west-1`"
        case .unknownServices(let name): "a section `[services \(name)]` in ~/.aws/config"
        case .style: Self.choice(AddressingStyle.allCases.map(\.rawValue))
        case .attempts: "a number of at least 1"
        case .retryMode: Self.choice(["legacy", "standard", "adaptive"])
        case .regionalMode: "`legacy` or `regional`"
        case .word(_, _, let known): Self.choice(known)
        case .bucketName: "letters, digits, `.`, `-` and `_`, or an access point's ARN"
        case .bucketARN: "`arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME`"
        case .notUTF8, .directoryBucket, .noFIPS, .noDualStack, .acceleration, .untrustedEndpoint,
            .untrustedVariable:
            nil
        }
    }

    private static func choice(_ known: [String]) -> String { "one of \(known.joined(separator: ", "))" }

    package var advice: String? {
        switch self {
        case .unknownProfile(let name, let known):
            nearestWord(to: name, in: known).map { "did you mean `\($0)`?" }
                ?? "add `[profile NAME]` to ~/.aws/config, or `[NAME]` to ~/.aws/credentials"
        case .notUTF8: "save it as plain UTF-8"
        case .word(let text, _, let known): nearestWord(to: text, in: known).map { "did you mean `\($0)`?" }
        case .bucketName(let name):
            name.contains("/") ? "put the part after the bucket's name into MODELKIT_STORAGE_PREFIX" : nil
        case .bucketARN: "multi-region, Outposts and Object Lambda access points are not supported"
        case .noFIPS: "unset AWS_USE_FIPS_ENDPOINT"
        case .noDualStack: "unset AWS_USE_DUALSTACK_ENDPOINT"
        case .acceleration: "remove use_accelerate_endpoint"
        case .untrustedEndpoint: "\(Self.trusting); for a public bucket, pass --no-sign-request"
        case .untrustedVariable: Self.trusting
        case .file, .region, .unknownServices, .style, .attempts, .retryMode, .regionalMode, .directoryBucket: nil
        }
    }

    private static let trusting =
        "if you trust it, pass --trust-spec-endpoint, set MODELKIT_ASSETS_TRUST_SPEC_ENDPOINT=true, or set S3_ENDPOINT"
}

extension AWSConfigFault {
    fileprivate var words: String {
        switch self {
        case .duplicateSection(let name): "duplicate section [\(name)]"
        case .textBeforeSection: "text before the first section"
        case .noDelimiter: "missing `=` or `:`"
        case .noKey: "missing key"
        case .duplicateKey(let key): "duplicate key `\(key)`"
        case .noDelimiterInBlock: "missing `=` in a nested block"
        }
    }

    fileprivate var expected: String {
        switch self {
        case .duplicateSection: "one section of each name"
        case .textBeforeSection: "`[default]`"
        case .duplicateKey: "each key once"
        case .noDelimiter, .noKey, .noDelimiterInBlock: "`key = value`"
        }
    }
}

extension AccelerationObstacle {
    fileprivate var words: String {
        switch self {
        case .customEndpoint: "a custom endpoint"
        case .fips: "FIPS endpoints"
        case .pathStyle: "path-style addressing"
        case .accessPoint: "access points"
        case .region(let region): "the region \(region)"
        }
    }
}

extension ProxyUse {
    /// For a table of settings.
    package var words: String {
        switch self {
        case .used(let place): place
        case .passedOver(let scheme): "none (the \(scheme) proxy is not supported)"
        }
    }
}
