internal import AssetModel
internal import Catalog
internal import ObjectStore

/// What follows from each answer.
extension PushMachine {
    /// How often a claim, `.meta` or `.versions` is written anew because of others, and how many numbers are passed over.
    private static let attempts = 200
    /// How often `.versions` is written anew because it is not what was written: what alters one request in some, on its way, is
    /// overcome, and what alters all of them is told of.
    private static let repairs = 3

    /// Goes on with what was answered.
    ///
    /// - Parameter now: in seconds since 1970, for versions by date.
    mutating func take(_ answer: Answer, to request: Request, now: Int64) {
        if case .content(let fingerprint) = answer { self.fingerprint = fingerprint }
        if answer == .impossible { return giveUp() }
        switch state {
        case .choosing, .recognizing, .claiming, .inspecting, .comparing, .takingOver, .retaking: claim(answer, now)
        case .lookingForVersion, .lookingForMeta, .provingConditions, .reclaiming, .settling, .confirming: look(answer)
        case .uploading(let holding, let isUploaded): upload(answer, to: request, holding, isUploaded)
        case .writingMeta, .readingMeta: describe(answer)
        case .listing, .checkingClaim, .sweeping, .writingVersions, .backingOff, .releasing: list(answer)
        case .parting, .leaving, .withdrawing, .clearing: part(answer)
        case .ended: break
        }
    }

    // MARK: The claim

    private mutating func claim(_ answer: Answer, _ now: Int64) {
        switch (state, answer) {
        case (.choosing, .listing(let found)): choose(found?.versions, now)
        case (.recognizing(let version, _), .claim(let found)): recognize(version, found)
        case (.recognizing(let version, let found), .content): recognize(version, found)
        case (.claiming(let version, _), .written(let tag)):
            state = .lookingForVersion(
                Holding(version: version, isOld: false, naming: naming(isNamed: fingerprint != nil, tag)))
        case (.claiming(let version, let attempt), .refused): state = .inspecting(version, attempt: attempt)
        case (.inspecting(let version, let attempt), .claim(let found)): inspect(version, found, attempt)
        case (.comparing(let version, let found, let attempt), .content): compare(version, found, attempt)
        case (.takingOver(let version, _, _), .written):
            state = .lookingForVersion(Holding(version: version, isOld: true, naming: .done))
        case (.takingOver(let version, _, let attempt), .refused): state = .retaking(version, attempt: attempt)
        case (.retaking(let version, let attempt), .claim(let found)):
            if found == nil { return claimAgain(version, attempt) }
            guard isOurs(found) else { return passOver(version) }
            state = .lookingForVersion(Holding(version: version, isOld: true, naming: .done))
        default: break
        }
    }

    private mutating func choose(_ listed: [AssetVersion]?, _ now: Int64) {
        switch target {
        case .new where passedOver.isEmpty && listed?.count == 1:
            return state = listed?.first.map { .recognizing($0, nil) } ?? .ended(.failed(.exists))
        case .new where listed != nil: return state = .ended(.failed(.exists))
        case .update where listed == nil: return state = .ended(.failed(.missing))
        case .new, .update: break
        }
        guard passedOver.count < Self.attempts else { return state = .ended(.failed(.tooManyWriters)) }
        guard let next = target.rule.version(after: (listed ?? []) + passedOver, in: system, now: now) else {
            guard case .ofMajor(let major) = target.rule else { return state = .ended(.failed(.impossible)) }
            return state = .ended(.failed(.noMajor(major, listed ?? [])))
        }
        state = .claiming(next, attempt: 0)
    }

    private mutating func recognize(_ version: AssetVersion, _ found: FoundClaim?) {
        guard let content = found?.mark?.content, let tag = found?.tag else { return state = .ended(.failed(.exists)) }
        guard let fingerprint else { return state = .recognizing(version, found) }
        state = content == fingerprint ? .takingOver(version, tag: tag, attempt: 0) : .ended(.failed(.exists))
    }

    private func naming(isNamed: Bool, _ tag: String?) -> Holding.Naming {
        // Without a tag it cannot be told safely, and is never taken over.
        isNamed ? .done : tag.map { .due(tag: $0) } ?? .done
    }

    func isOurs(_ found: FoundClaim?) -> Bool {
        found?.mark?.push == identifier && found?.mark?.content != ClaimMark.trial
    }

    private mutating func inspect(_ version: AssetVersion, _ found: FoundClaim?, _ attempt: Int) {
        // It is gone; or the store had two requests at once and did neither, which S3 answers with 409.
        guard let found else { return claimAgain(version, attempt) }
        guard isOurs(found) else { return compare(version, found, attempt) }
        // Of a request whose answer was lost.
        let naming = naming(isNamed: found.mark?.content != nil, found.tag)
        state = .lookingForVersion(Holding(version: version, isOld: false, naming: naming))
    }

    private mutating func claimAgain(_ version: AssetVersion, _ attempt: Int) {
        state =
            attempt < Self.attempts
            ? .claiming(version, attempt: attempt + 1) : .ended(.failed(.tooManyWriters))
    }

    private mutating func compare(_ version: AssetVersion, _ found: FoundClaim, _ attempt: Int) {
        guard let content = found.mark?.content, let tag = found.tag else { return passOver(version) }
        guard let fingerprint else { return state = .comparing(version, found, attempt: attempt) }
        guard content == fingerprint else { return passOver(version) }
        state = .takingOver(version, tag: tag, attempt: attempt)
    }

    mutating func passOver(_ version: AssetVersion) {
        passedOver.append(version)
        state = .choosing
    }

    // MARK: What is there

    private mutating func look(_ answer: Answer) {
        switch (state, answer) {
        case (.lookingForVersion(var holding), .listing(let found)):
            if found?.versions.contains(holding.version) == true {
                guard isNew, holding.isOld else { return part(from: holding, .choosingAnother) }
                holding.isListed = true
                state = .lookingForMeta(holding)
            } else if found != nil, isNew {
                part(from: holding, .failing(.exists))
            } else {
                state = .lookingForMeta(holding)
            }
        case (.lookingForMeta(let holding), .meta(let found)):
            if holding.isListed { return finish(holding, isOurs: found == .ours) }
            // Python modelkit makes no claims.
            if found == .others || found == .ours && !holding.isOld { return part(from: holding, .choosingAnother) }
            if holding.isOld || !holding.keepsConditions { return beginUpload(holding) }
            state = .provingConditions(holding)
        case (.provingConditions(let holding), .refused): beginUpload(holding)
        case (.provingConditions(var holding), .written(let tag)):
            holding.keepsConditions = false
            state = .reclaiming(holding, tag: tag)
        case (.reclaiming(var holding, _), .written(let tag)):
            // Both of two may have written it: the later one has it.
            if case .due = holding.naming { holding.naming = naming(isNamed: false, tag) }
            state = .settling(holding)
        case (.reclaiming(let holding, _), .refused): part(from: holding, .choosingAnother)
        case (.settling(let holding), .done): state = .confirming(holding)
        case (.confirming(let holding), .claim(let found)):
            guard isOurs(found) else { return part(from: holding, .choosingAnother) }
            state = .lookingForVersion(holding)
        default: break
        }
    }

    /// Of a number that an earlier push of the same content listed, if it was not Python modelkit.
    private mutating func finish(_ holding: Holding, isOurs: Bool) {
        guard isOurs else { return part(from: holding, .choosingAnother) }
        wasListed = true
        state = .releasing(holding)
    }

    private mutating func beginUpload(_ old: Holding) {
        var holding = old
        holding.hasUploaded = true
        state = .uploading(holding, isUploaded: false)
    }

    var isNew: Bool { if case .new = target { true } else { false } }

    // MARK: Data and .meta

    private mutating func upload(_ answer: Answer, to request: Request, _ old: Holding, _ wasUploaded: Bool) {
        var (holding, isUploaded) = (old, wasUploaded)
        switch (request, answer) {
        case (.upload, .done): isUploaded = true
        // Somebody else has written there.
        case (.upload, .refused): return part(from: holding, .choosingAnother)
        case (.writeClaim, .written): holding.naming = .done
        case (.writeClaim, .refused): holding.naming = .doubtful
        case (.claim, .claim(let found)):
            // By a request whose answer was lost, if not by whom took the claim over.
            guard isOurs(found), found?.mark?.content != nil else { return part(from: holding, .choosingAnother) }
            holding.naming = .done
        default: break
        }
        let isReady = isUploaded && holding.naming == .done && fingerprint != nil
        state = isReady ? .writingMeta(holding, attempt: 0) : .uploading(holding, isUploaded: isUploaded)
    }

    private mutating func describe(_ answer: Answer) {
        switch (state, answer) {
        case (.writingMeta(let holding, let attempt), .written):
            state = .readingMeta(holding, hasWritten: true, attempt: attempt)
        case (.writingMeta(let holding, let attempt), .refused):
            state = .readingMeta(holding, hasWritten: false, attempt: attempt)
        case (.readingMeta(let holding, let hasWritten, let attempt), .meta(let found)):
            switch found {
            // Ours, or that of an earlier push of the same content, or of a request whose answer was lost.
            case .ours: state = .listing(holding, Listing())
            case .absent where !hasWritten && attempt < Self.attempts:
                state = .writingMeta(holding, attempt: attempt + 1)
            case .others where !hasWritten: part(from: holding, .choosingAnother)
            case .absent, .others: part(from: holding, .failing(.metaNotKept(holding.version)))
            }
        default: break
        }
    }

    // MARK: .versions

    private mutating func list(_ answer: Answer) {
        switch (state, answer) {
        case (.listing(let holding, let listing), .listing(let found)): read(found, holding, listing)
        case (.checkingClaim(let holding, let listing, let found), .claim(let claim)):
            check(isOurs(claim), found, holding, listing)
        case (.sweeping(let holding, let listing, _, let found), .done):
            state = .writingVersions(holding, listing, found)
        case (.writingVersions(let holding, var listing, let found), .written):
            listing.written = versions(of: holding, listing, found)
            state = .listing(holding, listing)
        case (.writingVersions(let holding, let listing, _), .refused): tryAgain(holding, listing)
        case (.backingOff(let holding, let listing), .done): state = .listing(holding, listing)
        case (.releasing(let holding), .done):
            state = .ended(.published(holding.version, keepsConditions: holding.keepsConditions))
        default: break
        }
    }

    private mutating func read(_ found: VersionListing?, _ holding: Holding, _ listing: Listing) {
        guard listing.hasWritten else { return state = .checkingClaim(holding, listing, found) }
        let isListed = found?.versions.contains(holding.version) == true
        guard holding.keepsConditions else {
            // It may have kept what another wrote.
            return state = isListed ? .releasing(holding) : .checkingClaim(holding, listing, found)
        }
        if isListed, Set(listing.written).isSubset(of: found?.versions ?? []) {
            return state = .releasing(holding)
        }
        guard listing.repairs < Self.repairs else { return state = .ended(.failed(.versionsNotKept)) }
        var listing = listing
        listing.repairs += 1
        state = .checkingClaim(holding, listing, found)
    }

    private mutating func check(
        _ isOurs: Bool, _ found: VersionListing?, _ holding: Holding, _ listing: Listing
    ) {
        // What was written and is not there is written again.
        if listing.hasWritten, isOurs, holding.keepsConditions {
            return state = .writingVersions(holding, listing, found)
        }
        if found?.versions.contains(holding.version) == true {
            // By a write whose answer was lost, if not by whom the claim was taken over from.
            if isOurs, !holding.isOld { return state = .releasing(holding) }
            return part(from: holding, .choosingAnother)
        }
        guard isOurs else { return part(from: holding, .choosingAnother) }
        if found != nil, isNew { return part(from: holding, .failing(.exists)) }
        if let previous = found?.versions.filter({ $0 < holding.version }).max() {
            state = .sweeping(holding, listing, previous, found)
        } else {
            state = .writingVersions(holding, listing, found)
        }
    }

    private mutating func tryAgain(_ holding: Holding, _ old: Listing) {
        var listing = old
        listing.attempt += 1
        state =
            listing.attempt < Self.attempts
            ? .backingOff(holding, listing) : .ended(.failed(.tooManyWriters))
    }
}
