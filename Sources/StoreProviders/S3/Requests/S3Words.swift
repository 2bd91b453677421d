internal import NIOHTTP1

/// What is said of S3's refusals, and what to do about them.
enum S3Words {
    static func identity(_ identity: S3Identity?) -> [String] {
        identity.map { ["the request was made as \($0.words)"] } ?? []
    }

    /// Without the right to list, S3 does not say whether there is such an object.
    static func ambiguity(_ fault: S3Fault, _ call: S3Call) -> [String] {
        guard call.key != nil, call.method == .GET || call.method == .HEAD, !fault.isAboutEncryption else { return [] }
        return ["it is missing or not allowed: without s3:ListBucket the store does not tell the two apart"]
    }

    static func remedy(for fault: S3Fault, _ call: S3Call) -> String? {
        if fault.isAboutEncryption {
            return "let these credentials use the key that the object is encrypted with (kms:Decrypt)"
        }
        switch fault.code {
        case "InvalidAccessKeyId":
            return
                "the store does not know this access key: check that it is one of this store's, and that the endpoint "
                + "is right"
        case "SignatureDoesNotMatch":
            return "the secret key does not belong to the access key: look for a cut or padded AWS_SECRET_ACCESS_KEY"
        case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired":
            return "the session token has expired: get new credentials and run again"
        case "InvalidToken":
            return "the session token does not belong to the access key: unset AWS_SESSION_TOKEN, or get a new one"
        case "InvalidObjectState": return "the object is in an archive: restore it first"
        default:
            return right(for: call).map {
                "grant \($0) to these credentials; `modelkit-assets check --policy` prints all that a spec needs"
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

    static let bucketRemedy = "check MODELKIT_STORAGE_BUCKET, and that the endpoint is the one that has it"

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
