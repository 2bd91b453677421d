internal import StoreTransport

/// `arn:aws:s3:REGION:ACCOUNT:accesspoint/NAME`
struct S3AccessPoint: Sendable {
    let region: String
    let host: String

    init(_ text: String) throws(ConfigurationFault) {
        let fields = text.split(separator: ":", maxSplits: 5, omittingEmptySubsequences: false).map(String.init)
        let resource = fields.last?.split(whereSeparator: { ":/".contains($0) }).map(String.init) ?? []
        guard fields.count == 6, fields[2] == "s3", !fields[3].isEmpty, !fields[4].isEmpty, resource.count == 2,
            resource[0] == "accesspoint"
        else {
            throw ConfigurationFault(S3SettingFault.bucketARN(text))
        }
        region = fields[3]
        host = "\(resource[1])-\(fields[4])"
    }
}
