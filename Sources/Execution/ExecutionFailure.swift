internal import FileSystem
internal import ObjectStore

extension ExecutionFailure {
    /// Whatever an action threw, as one of the things that can go wrong.
    init(_ error: any Error) {
        switch error {
        case let failure as ExecutionFailure: self = failure
        case let error as StoreError: self = .store(error)
        case let error as FileError: self = .file(error)
        default:
            self = .store(StoreError(.unavailable, operation: .get, address: "", detail: "\(error)"))
        }
    }

    /// Whether what is in staging must not be gone on from: it would be wrong for ever.
    var spoilsStaging: Bool {
        switch self {
        case .digest, .checksum, .decoding, .size: true
        case .store(let error): error.kind == .changed
        case .file, .lockTimeout: false
        }
    }
}
