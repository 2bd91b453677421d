internal import AssetModel
package import StoreProviders
internal import StoreTransport

// The words for what Google Cloud Storage answers, and for what to do about it; and for what a folder as a store does.

extension GCSObjectDetail: WordedDetail {
    package var words: String {
        switch self {
        case .generationChanged: "its generation changed"
        case .generationIsGone: "its generation no longer exists"
        case .arrivedDecoded: "it is stored with `Content-Encoding: gzip` but arrived decoded"
        case .otherPart(let number): "expected part \(number) of this upload"
        case .endedBeforeLastPart: "the store ended the upload before its last part"
        case .uploadHasEnded: "the upload has already ended"
        case .keepsNothing: "the store persists none of the uploaded bytes"
        case .lost(let start, let end): "the upload's persisted size went from \(start) to \(end) bytes"
        }
    }
}

extension GCSResponseFault: WordedDetail {
    package var words: String {
        switch self {
        case .repeatedPageToken: "the listing repeats its page token"
        case .objectWithoutNameOrSize: "an object in the listing has no name or no size"
        case .noGeneration: "the response has no generation, so it does not come from Google Cloud Storage"
        case .notJSON: "the response is not valid JSON of an object"
        case .noSize: "the response has no Content-Length"
        case .noSession: "the response has no session URI of the upload"
        case .noWrittenObject: "the response does not describe the written object"
        }
    }
}

extension GCSNote: WordedDetail {
    package var words: String {
        switch self {
        case .identity(.anonymous(let place)): "identity: anonymous (\(place?.description ?? ""))"
        case .identity(let source): "identity: \(source.words)"
        case .maybeMissing:
            "without storage.objects.list, the store also reports a missing object as access denied"
        }
    }
}

extension GCSAdvice: WordedDetail {
    package var words: String {
        switch self {
        case .checkCredentials: "check that the credentials are for this store, and the clock of this machine"
        case .checkBucket: "check MODELKIT_STORAGE_BUCKET; bucket names are lower case"
        case .grantKey: "grant the project's storage service account the use of the key that encrypts the object"
        case .addScope: "add the access scope devstorage.read_only or cloud-platform to this machine"
        case .setQuotaProject: "set GOOGLE_CLOUD_QUOTA_PROJECT to the project to bill"
        case .grant(let right): "grant \(right.words) on the bucket to this account"
        case .keepEncoding: "configure the proxy not to change the `Accept-Encoding` header"
        }
    }
}

extension GCSRight {
    fileprivate var words: String {
        switch self {
        case .list: "storage.objects.list (in roles/storage.objectViewer)"
        case .create: "storage.objects.create (in roles/storage.objectUser)"
        case .delete: "storage.objects.delete (in roles/storage.objectUser)"
        case .getBucket: "storage.buckets.get"
        case .get: "storage.objects.get (in roles/storage.objectViewer)"
        }
    }
}

extension LocalDetail: WordedDetail {
    package var words: String {
        switch self {
        case .notADirectory: "not a directory"
        case .outside: "not a path inside the store"
        case .fileChanged: "the file changed during the fetch"
        case .ends(let size): "the file has \(size) bytes"
        case .file(let error): error.reason
        case .isLocked(let path, let isInterrupted):
            (isInterrupted ? "interrupted while " : "") + "another process holds the lock `\(path)`"
        case .preconditionFailed: "precondition failed"
        }
    }
}
