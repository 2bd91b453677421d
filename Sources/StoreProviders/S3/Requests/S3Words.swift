internal import NIOHTTP1

/// What is said of S3's refusals, and what to do about them.
enum S3Words {
    static func identity(_ identity: S3Identity?) -> [String] {
        identity.map { ["identity: \($0.words)"] } ?? []
    }

    /// Without the right to list, S3 does not say whether there is such an object.
    static func ambiguity(_ fault: S3Fault, _ call: S3Call) -> [String] {
        guard call.key != nil, call.method == .GET || call.method == .HEAD, !fault.isAboutEncryption else { return [] }
        return ["without s3:ListBucket, S3 also reports a missing object as access denied"]
    }

    static func remedy(for fault: S3Fault, _ call: S3Call) -> String? {
        if fault.isAboutEncryption {
            return "grant these credentials kms:Decrypt on the key that encrypts the object"
        }
        switch fault.code {
        case "InvalidAccessKeyId":
            return
                "check that AWS_ACCESS_KEY_ID belongs to this store, and the endpoint"
        case "SignatureDoesNotMatch":
            return "check AWS_SECRET_ACCESS_KEY for truncation or stray whitespace"
        case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired":
            return "renew the expired credentials and run again"
        case "InvalidToken":
            return "unset AWS_SESSION_TOKEN, or renew the credentials: it does not belong to the access key"
        case "InvalidObjectState": return "restore the object from its archive first"
        default:
            return right(for: call).map {
                "grant \($0) to these credentials; `modelkit-assets check --policy` prints a least-privilege policy"
            }
        }
    }

    /// The right that a call takes.
    private static func right(for call: S3Call) -> String? {
        switch call.method {
        case .GET, .HEAD: call.key == nil ? "s3:ListBucket" : "s3:GetObject"
        case .PUT, .POST: "s3:PutObject"
        case .DELETE: "s3:AbortMultipartUpload"
        default: nil
        }
    }

    static let bucketRemedy = "check MODELKIT_STORAGE_BUCKET, and that the endpoint is the bucket's"

    /// `12 minutes behind`
    static func skew(_ offset: Double) -> String {
        let minutes = Int((abs(offset) / 60).rounded())
        let length = minutes >= 120 ? "\(minutes / 60) hours" : "\(minutes) minute\(minutes == 1 ? "" : "s")"
        return "\(length) \(offset > 0 ? "behind" : "ahead of")"
    }
}

extension S3Fault {
    /// KMS refuses with the same code as S3, and names itself in the message.
    var isAboutEncryption: Bool {
        let text = (message ?? "").lowercased()
        return text.contains("kms") || code?.hasPrefix("KMS") == true
    }
}
