import AssetModel
import Catalog
import ObjectStore

@testable import Publishing

/// One who pushes.
struct Pusher: Hashable, Sendable {
    var content: String
    var target: PushTarget
    /// Whether its claim says from the start what is pushed.
    var readsFirst = true
}

/// What a store has of one asset. Its entity tags are made of the content, as S3's are: the same content has the same tag again.
struct Shelf: Hashable {
    var claims: [AssetVersion: ClaimMark] = [:]
    /// By version, the content of each file that is there.
    var data: [AssetVersion: [Int: String]] = [:]
    var metas: [AssetVersion: String] = [:]
    var versions: [AssetVersion]?

    /// How many files a version has: between two of them, others get on.
    static let files = 2

    func holds(_ version: AssetVersion, _ content: String) -> Bool {
        metas[version] == content && (0..<Self.files).allSatisfy { data[version]?[$0] == content }
    }

    /// What is wrong with a write that leads to another shelf.
    func fault(after: Shelf) -> String? {
        for version in versions ?? [] {
            guard after.versions?.contains(version) == true else { return "\(version) is listed no longer" }
            guard after.data[version] == data[version], after.metas[version] == metas[version] else {
                return "\(version), which is listed, was written to"
            }
        }
        for version in after.versions ?? [] where versions?.contains(version) != true {
            guard let content = after.metas[version], after.holds(version, content) else {
                return "\(version) was listed, and is not whole"
            }
        }
        return nil
    }
}

/// A rule of the course of a push that is broken, so that the exploration must find something.
enum Flaw: String, CaseIterable, Sendable {
    /// Who takes a claim over does not look whether its number was listed meanwhile, and replaces what is there.
    case looksNotWhatIsListed
    /// `.versions` is written without a condition.
    case listsUnconditionally
    /// Whether the claim is still ours is not looked at before the version is listed.
    case looksNotAtTheClaim
    /// The claim is made without a condition.
    case claimsUnconditionally
}

/// One push at one moment.
struct PushState: Hashable {
    var pusher: Pusher
    var machine: PushMachine
    /// How many files are there, of an upload under way.
    var uploaded = 0
    var isDead = false
    /// Whether it was begun again after it died.
    var isRerun = false

    init(_ pusher: Pusher, number: Int, isRerun: Bool = false) {
        self.pusher = pusher
        self.isRerun = isRerun
        machine = PushMachine(
            pusher.target, .majorMinor, identifier: UInt64(number) + (isRerun ? 100 : 0),
            readsFirst: pusher.readsFirst)
    }

    var isOver: Bool { isDead || machine.outcome != nil }

    /// The request that the push waits for, done on a shelf, and what it is answered; no answer where there is more to do.
    func doing(_ request: PushMachine.Request, _ shelf: Shelf, _ flaw: Flaw?) -> (Shelf, PushState) {
        var (after, push) = (shelf, self)
        let answer: PushMachine.Answer?
        switch request {
        case .upload(let version, let isResuming):
            let isReplacing = isResuming && flaw == .looksNotWhatIsListed
            let found = isReplacing ? nil : shelf.data[version]?[uploaded]
            if found == nil { after.data[version, default: [:]][uploaded] = pusher.content }
            push.uploaded = found == nil || found == pusher.content ? uploaded + 1 : Shelf.files
            answer = found != nil && found != pusher.content ? .refused : push.uploaded < Shelf.files ? nil : .done
        default: answer = after.answer(to: request, self, flaw)
        }
        guard let answer else { return (after, push) }
        push.machine.take(answer, to: request, now: 0)
        if !push.machine.isAtData { push.uploaded = 0 }
        return (after, push)
    }
}

extension PushMachine {
    fileprivate var isAtData: Bool { if case .uploading = state { true } else { false } }

    /// Whether it looks what is there after it took a claim over.
    fileprivate var isLookingAfterTakeover: Bool {
        switch state {
        case .lookingForVersion(let holding), .lookingForMeta(let holding): holding.isOld
        default: false
        }
    }
}

extension Shelf {
    /// Does a request other than an upload.
    fileprivate mutating func answer(
        to request: PushMachine.Request, _ push: PushState, _ flaw: Flaw?
    ) -> PushMachine.Answer {
        let looksNot = flaw == .looksNotWhatIsListed && push.machine.isLookingAfterTakeover
        switch request {
        case .listing, .listingWritten:
            return .listing(
                versions.map { VersionListing(versions: looksNot ? [] : $0, entityTag: Self.tag(of: $0)) })
        case .claim(let version):
            if case .checkingClaim = push.machine.state, flaw == .looksNotAtTheClaim {
                return .claim(FoundClaim(mark: ClaimMark(push: push.machine.identifier, content: nil), tag: nil))
            }
            return .claim(claims[version].map { FoundClaim(mark: $0, tag: Self.tag(of: $0)) })
        case .writeClaim(let version, let mark, let condition):
            let isFree = flaw == .claimsUnconditionally
            guard isFree || holds(condition, claims[version].map(Self.tag)) else { return .refused }
            claims[version] = mark
            return .written(tag: Self.tag(of: mark))
        case .deleteClaim(let version), .sweepClaim(let version):
            claims[version] = nil
            return .done
        case .writeMeta(let version):
            guard metas[version] == nil else { return .refused }
            metas[version] = push.pusher.content
            return .written(tag: nil)
        case .meta(let version):
            guard !looksNot, let found = metas[version] else { return .meta(.absent) }
            return .meta(found == push.pusher.content ? .ours : .others)
        case .writeVersions(let new, let condition):
            let isFree = flaw == .listsUnconditionally
            guard isFree || holds(condition, versions.map(Self.tag)) else { return .refused }
            versions = new
            return .written(tag: Self.tag(of: new))
        case .deleteObjects(let version):
            data[version] = nil
            metas[version] = nil
            return .done
        case .content: return .content(fingerprint: push.pusher.content)
        case .settle, .backOff, .upload: return .done
        }
    }

    private func holds(_ condition: PutCondition, _ tag: String?) -> Bool {
        switch condition {
        case .none: true
        case .ifAbsent: tag == nil
        case .ifUnchanged(let wanted): tag == wanted
        }
    }

    private static func tag(of mark: ClaimMark) -> String { "\(mark.push) \(mark.content ?? "-")" }
    private static func tag(of versions: [AssetVersion]) -> String { versions.map(\.text).joined(separator: " ") }
}
