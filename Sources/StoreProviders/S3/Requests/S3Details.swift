internal import AssetModel
internal import NIOHTTP1

// What errors say of S3's refusals, and of what can be done about them.

/// What is the matter with an object of S3.
package enum S3ObjectDetail: ErrorDetail {
    case eTagChanged
}

package enum S3Note: ErrorDetail {
    case identity(S3IdentityNote)
    /// Without the right to list, S3 does not say whether there is such an object.
    case maybeMissing
    /// How far the store's clock is ahead of this machine's, in seconds.
    case clock(offset: Double)
    case requestedRegion(String)
}

/// What to do about a refusal.
package enum S3Advice: ErrorDetail {
    case grantDecryption
    case checkKeyID, checkSecret
    case renewCredentials, unsetToken
    case restoreFromArchive
    /// A right that the call takes.
    case grant(String)
    case checkBucket
    case correctClock
    case setRegion
}

extension S3Note {
    static func identity(_ identity: S3Identity?) -> [S3Note] {
        identity.map { [.identity(S3IdentityNote($0))] } ?? []
    }

    static func ambiguity(_ fault: S3Fault, _ call: S3Call) -> [S3Note] {
        guard call.key != nil, call.method == .GET || call.method == .HEAD, !fault.isAboutEncryption else { return [] }
        return [.maybeMissing]
    }
}

extension S3Advice {
    init?(for fault: S3Fault, _ call: S3Call) {
        if fault.isAboutEncryption {
            self = .grantDecryption
            return
        }
        switch fault.code {
        case "InvalidAccessKeyId": self = .checkKeyID
        case "SignatureDoesNotMatch": self = .checkSecret
        case "ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired": self = .renewCredentials
        case "InvalidToken": self = .unsetToken
        case "InvalidObjectState": self = .restoreFromArchive
        default:
            guard let right = Self.right(for: call) else { return nil }
            self = .grant(right)
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
}

extension S3Fault {
    /// KMS refuses with the same code as S3, and names itself in the message.
    fileprivate var isAboutEncryption: Bool {
        let text = (message ?? "").lowercased()
        return text.contains("kms") || code?.hasPrefix("KMS") == true
    }
}
