package import AssetModel
package import FileSystem
package import ObjectStore
package import Planning

/// What happens while a plan is executed, as it happens. Delivered from many tasks; the receiver must not block.
package enum ExecutionEvent: Sendable {
    /// A fetch begins.
    case started(AssetPin, objects: Int)
    /// Another process holds the asset's lock. Sent when the wait begins and whenever the holder changes.
    case waiting(AssetPin, LockWait)
    /// The size of one more of its objects is known, in bytes.
    case sized(AssetPin, bytes: Int64)
    /// Bytes arrived and were written to staging.
    case received(AssetPin, bytes: Int64)
    /// Bytes were in staging from an earlier run, and still belong to the object.
    case reused(AssetPin, bytes: Int64)
    case ended(AssetPin, AssetOutcome)
    /// Told several times a second while content is transferred.
    case concurrency(TransferTick)
}

/// How many parts are transferred at the same time, and what that brings.
package struct TransferTick: Sendable, Hashable {
    /// Since the run began.
    package let seconds: Double
    /// How many are to be in flight.
    package let target: Int
    package let inFlight: Int
    /// What has arrived in all.
    package let bytes: Int64
}

/// A wait for the lock of an asset.
package struct LockWait: Sendable, Hashable {
    /// The lock file's path.
    package let path: String
    /// `process 4711 (python3 serve.py)`; nil where the system does not say.
    package let holder: String?
    /// How long the wait may last, in seconds.
    package let limit: Double

    package init(path: String, holder: String?, limit: Double) {
        self.path = path
        self.holder = holder
        self.limit = limit
    }
}

/// What became of an asset.
package enum AssetOutcome: Sendable {
    /// It was there, whole.
    case present
    case fetched
    case failed(ExecutionFailure)
    /// Not tried, because this asset that it depends on did not appear.
    case skipped(because: AssetPin)
    /// The run was interrupted first; what arrived is kept in staging.
    case interrupted
}

/// Why an asset could not be fetched.
package enum ExecutionFailure: Error, Sendable {
    case store(StoreError)
    case file(FileError)
    /// The lock was held for longer than may be waited.
    case lockTimeout(LockWait)
    /// An object has another SHA-256 than somebody recorded.
    case digest(DigestMismatch)
    /// What arrived does not have a checksum that the store tells, or that a lock has of it.
    case checksum(algorithm: String, DigestMismatch)
    /// `address` is stored encoded, and its bytes, which arrived as they are stored, cannot be decoded.
    case decoding(address: String, DecodingFault)
    /// `address` has another size than was promised, in bytes.
    case size(address: String, expected: Int64, actual: Int64, recorder: DigestRecorder)
}

/// Content that is not what somebody recorded.
package struct DigestMismatch: Sendable, Hashable {
    package let address: String
    /// In hexadecimal digits, as the other.
    package let expected: String
    package let actual: String
    package let recorder: DigestRecorder
    package let cause: MismatchCause?

    package init(
        address: String, expected: String, actual: String, recorder: DigestRecorder, cause: MismatchCause? = nil
    ) {
        self.address = address
        self.expected = expected
        self.actual = actual
        self.recorder = recorder
        self.cause = cause
    }
}

/// What a file holds.
package struct FileDigest: Sendable, Hashable {
    package let sha256: SHA256Digest
    /// In bytes.
    package let size: Int64

    package init(sha256: SHA256Digest, size: Int64) {
        self.sha256 = sha256
        self.size = size
    }
}

/// What executing a plan came to.
package struct Report: Sendable {
    /// In the plan's order.
    package let results: [AssetResult]
    package let seconds: Double
    /// What was wrong with the cache, each once.
    package var cacheFaults: [CacheFault]
    /// Why objects were not compared with checksums that the store may have of them, one for each.
    package let checksumFaults: [StoreError]
    /// What stood at assets' places.
    package let kept: [KeptContent]
    package let reuse: Reuse

    package init(
        results: [AssetResult], seconds: Double, cacheFaults: [CacheFault] = [], checksumFaults: [StoreError] = [],
        kept: [KeptContent] = [], reuse: Reuse = Reuse()
    ) {
        self.results = results
        self.seconds = seconds
        self.cacheFaults = cacheFaults
        self.checksumFaults = checksumFaults
        self.kept = kept
        self.reuse = reuse
    }
}

package struct AssetResult: Sendable {
    package let pin: AssetPin
    package let outcome: AssetOutcome
    /// Objects of which at least one byte was requested in this run.
    package let downloadedObjects: Int
    /// Bytes that arrived in this run.
    package let downloadedBytes: Int64
    /// Of its files, in the plan's order, where it was fetched in this run; empty where it was not.
    package let digests: [FileDigest]

    package init(
        pin: AssetPin, outcome: AssetOutcome, downloadedObjects: Int, downloadedBytes: Int64,
        digests: [FileDigest] = []
    ) {
        self.pin = pin
        self.outcome = outcome
        self.downloadedObjects = downloadedObjects
        self.downloadedBytes = downloadedBytes
        self.digests = digests
    }
}
