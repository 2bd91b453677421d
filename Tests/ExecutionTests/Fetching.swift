import FileSystem
import ObjectStore
import Synchronization

@testable import Execution

/// What a fetcher tells, as words. A class because a closure adds to it.
final class Events: Sendable {
    private let told = Mutex<[String]>([])

    var words: [String] { told.withLock { $0 } }

    func note(_ event: ExecutionEvent) {
        let word =
            switch event {
            case .sized(_, let bytes): "sized \(bytes)"
            case .received(_, let bytes): "received \(bytes)"
            default: "\(event)"
            }
        told.withLock { $0.append(word) }
    }
}

func fetcher(of store: any ObjectStore, _ events: Events = Events()) -> PartFetcher {
    PartFetcher(store: store, meter: TransferMeter(), writeStep: 1 << 19, rateLimit: nil, emit: events.note)
}

/// The first part of an object that nothing is known of.
func first(_ range: Range<Int64>) -> TransferMachine.Part {
    TransferMachine.Part(asset: 0, object: 0, range: range, entityTag: nil, isFirst: true)
}

/// The lines of a journal below its header.
func lines(of staged: StagedAsset, in staging: Staging) throws -> [String] {
    try staging.journal(of: staged).split(separator: "\n").dropFirst().map(String.init)
}

/// Opens the first of several parts.
func opened(
    _ part: TransferMachine.Part, of store: any ObjectStore, into staged: StagedAsset
) async throws -> OpenedPart {
    guard case .opened(let opened) = try await fetcher(of: store).fetch(part, into: staged) else {
        throw Unexpected(nil)
    }
    return opened
}
