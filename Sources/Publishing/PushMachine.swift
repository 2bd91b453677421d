internal import AssetModel
internal import Catalog
internal import ObjectStore

/// A push as decisions alone: what is asked of the store next, given what it answered. Asks nothing itself, so that every
/// interleaving of pushes can be tried (`PushExplorationTests`).
///
/// A version's number belongs to whose mark its claim, `NAME/VERSION.pushing`, has.
///
/// | step | what is there before it | what another push makes of that |
/// | --- | --- | --- |
/// | the claim is made, if there is none | nothing | it claims the number |
/// | `.versions` and `.meta` are looked at: the number may have been listed since it was chosen | the claim | takes the next number; with the same content takes the claim over |
/// | one more is tried to be made, which a store that heeds conditions refuses while the claim is there | the claim | the same |
/// | data are uploaded where there are none, while the claim is told what is pushed | the claim | the same |
/// | `.meta` is written, if there is none, and read back | the claim and data | the same |
/// | `.versions` is read, then the claim, whose mark must still be ours | the claim, data and `.meta` | the same |
/// | `.versions` is written, if it is still what was read, and read back | the same | the same |
/// | the claim is deleted | all, and the number is listed | takes the next number, and deletes the claim |
///
/// A first version whose claim is still there was pushed to its end but for that: the same `new`, run again, deletes the claim and
/// is told that version.
///
/// Data and `.meta` are only ever made, and never replaced: what stands there is of this content, or the number is passed over.
/// Who took a claim over deletes nothing but the claim, as who had it may be about to list the version.
struct PushMachine: Hashable, Sendable {
    /// What is asked of the store, or waited for.
    enum Request: Hashable, Sendable {
        case listing
        /// The same after it was written: what cannot be read is as an empty list.
        case listingWritten
        case claim(AssetVersion)
        case writeClaim(AssetVersion, ClaimMark, PutCondition)
        case deleteClaim(AssetVersion)
        /// Of a number that is listed, where a push was killed before it deleted it.
        case sweepClaim(AssetVersion)
        case upload(AssetVersion, isResuming: Bool)
        /// Where there is none.
        case writeMeta(AssetVersion)
        case meta(AssetVersion)
        case writeVersions([AssetVersion], PutCondition)
        /// Data and `.meta`.
        case deleteObjects(AssetVersion)
        /// What is pushed is to be read to its end.
        case content
        /// Until others who do not heed conditions have written.
        case settle
        /// After so many tries to rewrite `.versions`.
        case backOff(Int)
    }

    enum Answer: Hashable, Sendable {
        case done
        case written(tag: String?)
        /// The condition does not hold, or other data are there.
        case refused
        case listing(VersionListing?)
        case claim(FoundClaim?)
        case meta(FoundMeta)
        case content(fingerprint: String)
        /// It cannot be done, and trying the same again is no use.
        case impossible
    }

    enum FoundMeta: Hashable, Sendable {
        case absent, ours, others
    }

    enum Outcome: Hashable, Sendable {
        case published(AssetVersion, keepsConditions: Bool)
        case failed(Failure)
    }

    enum Failure: Hashable, Sendable {
        case exists, missing
        case noMajor(VersionComponent, [AssetVersion])
        case tooManyWriters
        case metaNotKept(AssetVersion)
        case versionsNotKept
        /// As the request said.
        case impossible
    }

    let target: PushTarget
    let system: VersioningSystem
    /// Of this push among all others.
    let identifier: UInt64
    /// Whether all is read before the claim is made, which says then from the start what is pushed.
    let readsFirst: Bool
    /// Of what is pushed; nil until it was read.
    var fingerprint: String?
    var passedOver: [AssetVersion] = []
    /// Whether an earlier push of the same content had listed the version already.
    var wasListed = false
    var state: State

    /// - Parameter expected: the version that it would have been when it was last asked for; nil where it was not.
    init(
        _ target: PushTarget, _ system: VersioningSystem, identifier: UInt64, readsFirst: Bool,
        expecting expected: AssetVersion? = nil
    ) {
        self.target = target
        self.system = system
        self.identifier = identifier
        self.readsFirst = readsFirst
        state = expected.map { .claiming($0, attempt: 0) } ?? .choosing
    }

    /// A number that is ours.
    struct Holding: Hashable, Sendable {
        let version: AssetVersion
        /// Whether the claim is that of an earlier push of the same content, whose objects are there in part.
        let isOld: Bool
        /// Whether the store heeds conditions; where it does not, what was written is read again.
        var keepsConditions = true
        var naming: Naming
        /// Whether there may be data of ours.
        var hasUploaded = false
        /// Whether the number is listed, and it is to be seen whether with our content.
        var isListed = false

        enum Naming: Hashable, Sendable {
            case done
            /// The claim does not say yet what is pushed, and has this tag.
            case due(tag: String)
            /// It was written to meanwhile.
            case doubtful
        }
    }

    /// How adding the version to `.versions` fares.
    struct Listing: Hashable, Sendable {
        var attempt = 0
        /// What was written last; empty until something was.
        var written: [AssetVersion] = []
        /// How often what was written was not there then.
        var repairs = 0

        var hasWritten: Bool { !written.isEmpty }
    }

    enum Parting: Hashable, Sendable {
        case choosingAnother
        case failing(Failure)
    }

    enum State: Hashable, Sendable {
        case choosing
        /// A first version is there, which the same push may have listed before it was killed.
        case recognizing(AssetVersion, FoundClaim?)
        case claiming(AssetVersion, attempt: Int)
        /// A claim is there.
        case inspecting(AssetVersion, attempt: Int)
        /// It says what it is for, and what is pushed is still to be read.
        case comparing(AssetVersion, FoundClaim, attempt: Int)
        case takingOver(AssetVersion, tag: String, attempt: Int)
        /// Somebody was faster, or the answer was lost.
        case retaking(AssetVersion, attempt: Int)
        case lookingForVersion(Holding)
        case lookingForMeta(Holding)
        case provingConditions(Holding)
        /// The proof was written: it has this tag.
        case reclaiming(Holding, tag: String?)
        case settling(Holding)
        case confirming(Holding)
        case uploading(Holding, isUploaded: Bool)
        case writingMeta(Holding, attempt: Int)
        case readingMeta(Holding, hasWritten: Bool, attempt: Int)
        case listing(Holding, Listing)
        case checkingClaim(Holding, Listing, VersionListing?)
        case sweeping(Holding, Listing, AssetVersion, VersionListing?)
        case writingVersions(Holding, Listing, VersionListing?)
        case backingOff(Holding, Listing)
        case releasing(Holding)
        case parting(Holding, Parting)
        /// The claim that is still ours is deleted.
        case leaving(AssetVersion, Parting)
        /// Before data are deleted, the claim is made one that nobody can take over.
        case withdrawing(Holding, tag: String, Failure)
        case clearing(AssetVersion, Failure)
        case ended(Outcome)
    }

    var outcome: Outcome? { if case .ended(let outcome) = state { outcome } else { nil } }

    /// What is to be done now, at the same time; nothing once it has ended.
    var requests: [Request] {
        switch state {
        case .choosing, .lookingForVersion: [.listing]
        case .listing(_, let listing): [listing.hasWritten ? .listingWritten : .listing]
        case .recognizing(let version, nil): [.claim(version)]
        case .recognizing: [.content]
        case .claiming(let version, _):
            readsFirst && fingerprint == nil ? [.content] : [.writeClaim(version, mark, .ifAbsent)]
        case .inspecting(let version, _), .retaking(let version, _): [.claim(version)]
        case .comparing: [.content]
        case .takingOver(let version, let tag, _): [.writeClaim(version, mark, .ifUnchanged(tag))]
        case .lookingForMeta(let holding), .readingMeta(let holding, _, _): [.meta(holding.version)]
        case .provingConditions(let holding): [.writeClaim(holding.version, trial, .ifAbsent)]
        case .reclaiming(let holding, let tag):
            [.writeClaim(holding.version, mark(of: holding), tag.map(PutCondition.ifUnchanged) ?? .none)]
        case .settling: [.settle]
        case .confirming(let holding), .checkingClaim(let holding, _, _), .parting(let holding, _):
            [.claim(holding.version)]
        case .uploading(let holding, let isUploaded):
            (isUploaded ? [] : [.upload(holding.version, isResuming: holding.isOld)])
                + requestsToName(holding, isUploaded)
        case .writingMeta(let holding, _): [.writeMeta(holding.version)]
        case .sweeping(_, _, let version, _): [.sweepClaim(version)]
        case .writingVersions(let holding, let listing, let found):
            [.writeVersions(versions(of: holding, listing, found), condition(found))]
        case .backingOff(_, let listing): [.backOff(listing.attempt)]
        case .releasing(let holding): [.deleteClaim(holding.version)]
        case .leaving(let version, _): [.deleteClaim(version)]
        case .withdrawing(let holding, let tag, _):
            [.writeClaim(holding.version, ClaimMark(push: identifier, content: nil), .ifUnchanged(tag))]
        case .clearing(let version, _): [.deleteObjects(version)]
        case .ended: []
        }
    }

    private var mark: ClaimMark { ClaimMark(push: identifier, content: fingerprint) }

    private var trial: ClaimMark { ClaimMark(push: identifier, content: ClaimMark.trial) }

    /// That which the claim was made with.
    private func mark(of holding: Holding) -> ClaimMark {
        ClaimMark(push: identifier, content: holding.naming == .done ? fingerprint : nil)
    }

    private func requestsToName(_ holding: Holding, _ isUploaded: Bool) -> [Request] {
        switch holding.naming {
        case .doubtful: [.claim(holding.version)]
        case .due where fingerprint == nil: [.content]
        case .due(let tag): [.writeClaim(holding.version, mark, .ifUnchanged(tag))]
        case .done: isUploaded && fingerprint == nil ? [.content] : []
        }
    }

    /// All that is to be listed: what was lost since it was written, too.
    func versions(of holding: Holding, _ listing: Listing, _ found: VersionListing?) -> [AssetVersion] {
        Set((found?.versions ?? []) + listing.written + [holding.version]).sorted(by: >)
    }

    private func condition(_ found: VersionListing?) -> PutCondition {
        found.map { $0.entityTag.map(PutCondition.ifUnchanged) ?? .none } ?? .ifAbsent
    }
}

/// What a claim says.
struct ClaimMark: Hashable, Sendable {
    let push: UInt64
    /// The fingerprint of what is pushed; nil until it is known, and where nobody is to take the claim over.
    let content: String?

    /// In place of a fingerprint: a claim that is made to try whether conditions are heeded. It is nobody's, as it may have been
    /// made where who took the claim over has listed the version.
    static let trial = "trial"
}

/// A claim that is there.
struct FoundClaim: Hashable, Sendable {
    /// Nil where it cannot be read.
    let mark: ClaimMark?
    /// Of the object; nil where the store has none.
    let tag: String?
}
