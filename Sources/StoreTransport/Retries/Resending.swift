/// Whether a request may be sent again where it is not known what became of it: its answer was lost, or the store failed
/// while it worked.
package enum Resending: Sendable {
    /// Twice comes to the same as once, or the second is refused for what the first one did, which tells the caller of a
    /// conditional write to look at what is there (`.changed`).
    case always
    /// It is not known any more what is to be sent: the caller looks first.
    case never
}

extension CallTrouble {
    /// What is wrong, where it may not be the next time; nil where it stays, or where a remedy may help.
    var passingWords: String? {
        switch self {
        case .fault(let fault): if case .retry = fault.reaction { fault.words } else { nil }
        case .transport(let failure): failure.kind.mayPass ? failure.detail : nil
        case .malformed(let detail): detail
        case .final: nil
        }
    }
}
