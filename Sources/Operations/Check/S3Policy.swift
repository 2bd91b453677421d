package import AssetModel
internal import FoundationEssentials

/// The least policy of IAM with which a spec can be resolved, and for developers pushed to.
///
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html>
package struct S3Policy: Encodable, Sendable {
    package struct Rule: Encodable, Sendable {
        let Sid: String
        var Effect = "Allow"
        package let Action: [String]
        package let Resource: [String]
        var Condition: [String: [String: [String]]]?
    }

    var Version = "2012-10-17"
    package let Statement: [Rule]

    /// - Parameter names: of the assets to read; none for all.
    /// - Returns: nil where the settings name no bucket of S3.
    package init?(for names: [AssetName], _ settings: Settings, _ role: CheckRole) {
        guard settings.provider?.value == .s3, let bucket = settings.bucket?.value else { return nil }
        // An access point is a resource by its own name.
        let root = bucket.hasPrefix("arn:") ? bucket : "arn:aws:s3:::\(bucket)"
        let objects = bucket.hasPrefix("arn:") ? "\(root)/object" : root
        let prefix = settings.prefix.value.isEmpty ? "" : settings.prefix.value + "/"
        let names = Set(names.map(\.text)).sorted()
        let resources =
            names.isEmpty
            ? ["\(objects)/\(prefix)*"]
            : names.flatMap { ["\(objects)/\(prefix)\($0).versions", "\(objects)/\(prefix)\($0)/*"] }
        var statements = [
            Rule(Sid: "ReadAssets", Action: ["s3:GetObject"], Resource: resources),
            Rule(
                Sid: "ListAssets", Action: ["s3:ListBucket"], Resource: [root],
                Condition: ["StringLike": ["s3:prefix": ["\(prefix)*"]]]),
        ]
        if role == .developer {
            let actions = ["s3:PutObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"]
            statements += [
                Rule(Sid: "PushAssets", Action: actions, Resource: ["\(objects)/\(prefix)*"]),
                Rule(Sid: "EndClaims", Action: ["s3:DeleteObject"], Resource: ["\(objects)/\(prefix)*.pushing"]),
                Rule(Sid: "ResumePushes", Action: ["s3:ListBucketMultipartUploads"], Resource: [root]),
            ]
        }
        if let key = settings.environment["AWS_KMS_KEY_ID"] {
            let actions = ["kms:Decrypt"] + (role == .developer ? ["kms:GenerateDataKey"] : [])
            statements.append(
                Rule(
                    Sid: "UseKey", Action: actions,
                    Resource: [key.hasPrefix("arn:") ? key : "arn:aws:kms:*:*:key/\(key)"]))
        }
        self.Statement = statements
    }

    /// With the keys as IAM spells them.
    package func document() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
    }
}
