internal import AssetModel
package import StoreProviders
package import StoreTransport

// The words for what S3 answers, and for what to do about it.

extension S3ObjectDetail: WordedDetail {
    package var words: String {
        switch self {
        case .eTagChanged: "its ETag changed"
        }
    }
}

extension S3ResponseFault: WordedDetail {
    package var words: String {
        switch self {
        case .xml(let fault): "the response is not valid XML: \(fault.words)"
        case .otherDocument(let document, let found): "expected \(document.words), got <\(found)>"
        case .objectWithoutKeyOrSize: "an object in the listing has no key or no size"
        case .noContinuationToken: "the listing is truncated but has no continuation token"
        case .repeatedContinuationToken: "the listing repeats its continuation token"
        case .noETag: "the response has no ETag, so it does not come from S3"
        case .noETagOfCompletedObject: "the response has no ETag of the completed object"
        case .noContentLength: "the response has no Content-Length"
        case .noUploadID: "the response has no upload ID"
        }
    }
}

extension S3ResponseFault.Document {
    fileprivate var words: String {
        switch self {
        case .objects: "a listing"
        case .uploads: "a list of uploads"
        case .parts: "a list of parts"
        }
    }
}

extension XMLFault {
    fileprivate var words: String {
        switch self {
        case .syntax(let line, let words): "line \(line): \(words ?? "empty document")"
        case .tooLong: "document too long"
        case .tooDeep: "nested too deeply"
        case .documentType: "it has a document type declaration"
        case .outOfMemory: "out of memory"
        }
    }
}

extension S3Note: WordedDetail {
    package var words: String {
        switch self {
        case .identity(let identity): "identity: \(identity.words)"
        case .maybeMissing: "the object may not exist: without s3:ListBucket, S3 answers access denied for that too"
        case .clock(let offset): "the local clock is \(Self.skew(offset)) the store's"
        case .requestedRegion(let region): "requested region: \(region)"
        }
    }

    /// `12 minutes behind`
    private static func skew(_ offset: Double) -> String {
        let minutes = Int((abs(offset) / 60).rounded())
        let length = minutes >= 120 ? "\(minutes / 60) hours" : "\(minutes) minute\(minutes == 1 ? "" : "s")"
        return "\(length) \(offset > 0 ? "behind" : "ahead of")"
    }
}

extension S3IdentityNote: WordedDetail {
    /// `access key AKIA… from environment variables`, `anonymous (flag --no-sign-request)`
    package var words: String {
        accessKey.map { "access key \($0.words) from \(source.words)" } ?? "anonymous (\(source.words))"
    }
}

extension IdentitySourceName {
    /// Of anonymous requests, the setting that made them so.
    package var words: String {
        switch self {
        case .found(let source): AnyErrorDetail(source).words
        case .anonymous(let place): place?.description ?? ""
        }
    }
}

extension S3Advice: WordedDetail {
    /// The policy of those who only fetch has no rights to write.
    private func role(for right: String) -> String {
        ["s3:GetObject", "s3:ListBucket"].contains(right) ? "" : " --for developer"
    }

    package var words: String {
        switch self {
        case .grantDecryption: "grant these credentials kms:Decrypt on the key that encrypts the object"
        case .checkKeyID: "check that AWS_ACCESS_KEY_ID belongs to this store, and the endpoint"
        case .checkSecret: "check AWS_SECRET_ACCESS_KEY for truncation or stray whitespace"
        case .renewCredentials: "renew the expired credentials and run again"
        case .unsetToken: "unset AWS_SESSION_TOKEN, or renew the credentials: it does not belong to the access key"
        case .restoreFromArchive: "restore the object from its archive first"
        case .grant(let right):
            "grant \(right) to these credentials; `modelkit-assets check\(role(for: right)) --policy` prints a least-privilege "
                + "policy"
        case .checkBucket: "check MODELKIT_STORAGE_BUCKET, and that the endpoint is the bucket's"
        case .correctClock: "correct the clock of this machine (in a container, the host's)"
        case .setRegion: "set AWS_DEFAULT_REGION to the bucket's region, or correct the endpoint"
        }
    }
}
