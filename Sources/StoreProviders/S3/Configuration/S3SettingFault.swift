package import AssetModel

/// What is wrong with a setting of S3, or with a file that holds some.
package enum S3SettingFault: ErrorDetail {
    case unknownProfile(String, known: [String])
    case notUTF8(path: String)
    case file(AWSConfigFault)
    case region(String)
    case unknownServices(String)
    case style(String)
    case attempts(String)
    case retryMode(String)
    case regionalMode(String)
    /// A word that is none of those that this key can have.
    case word(String, key: String, known: [String])
    case bucketName(String)
    case directoryBucket(String)
    case bucketARN(String)
    case noFIPS(region: String)
    case noDualStack(region: String)
    case acceleration(with: AccelerationObstacle)
    /// Credentials would go to it, and only the spec file names it.
    case untrustedEndpoint(String)
    /// The value of this variable would go there; nil where the address may hold that value.
    case untrustedVariable(Setting<String>, endpoint: String?)
}

/// What is wrong with a line of one of the files below `~/.aws`.
package enum AWSConfigFault: Hashable, Sendable {
    case duplicateSection(String)
    case textBeforeSection
    case noDelimiter
    case noKey
    case duplicateKey(String)
    case noDelimiterInBlock
}

/// What S3 Transfer Acceleration cannot be combined with.
package enum AccelerationObstacle: Hashable, Sendable {
    case customEndpoint, fips, pathStyle, accessPoint
    case region(String)
}
