package import AssetModel

/// What is the matter with an object, whatever the store.
package enum ObjectDetail: ErrorDetail {
    /// In bytes.
    case sizeMismatch(expected: Int64, actual: Int64)
    /// In bytes.
    case rangeMismatch(expected: Range<Int64>, actual: Range<Int64>)
    /// It is to be read as it is stored.
    case isEncoded
    /// Two answers about it differ.
    case answersDiffer
    /// It ended at this byte, before its announced end.
    case endedEarly(at: Int64)
    /// It went on to this byte, past its announced end.
    case wentOn(to: Int64)
    case checksumMismatch(ObjectChecksum.Algorithm)
    /// It was to be new.
    case existsWithOtherContent
    /// No object has the key, and none begins with it.
    case noObjectOrPrefix
    /// The upload is there no longer.
    case uploadIsGone
}
