internal import ObjectStore

/// A part whose answer has begun.
struct OpenedPart: Sendable {
    let part: TransferMachine.Part
    let download: ObjectDownload
    /// Why the object is not compared with a checksum that the store may have of it.
    var checksumFault: StoreError?
}

/// How far a part has come.
enum FetchedPart: Sendable {
    /// It is the first of several, which can be asked for before it has arrived.
    case opened(OpenedPart)
    case received(ReceivedPart)
}

/// What came of one part.
struct ReceivedPart: Sendable {
    let part: TransferMachine.Part
    /// The bytes that came: those of the part, or the object in one piece.
    let range: Range<Int64>
    let checksumFault: StoreError?
}
