internal import AssetModel

/// How a push leaves a number: for another one, or for good.
extension PushMachine {
    mutating func part(from holding: Holding, _ parting: Parting) { state = .parting(holding, parting) }

    mutating func part(_ answer: Answer) {
        switch (state, answer) {
        case (.parting(let holding, let parting), .claim(let found)):
            guard found?.mark?.push == identifier else { return goOn(parting, from: holding.version) }
            leave(holding, parting, found)
        case (.leaving(let version, let parting), .done): goOn(parting, from: version)
        case (.withdrawing(let holding, _, let failure), .written): state = .clearing(holding.version, failure)
        // By a request whose answer was lost, if not by who took the claim over.
        case (.withdrawing(let holding, _, let failure), .refused): part(from: holding, .failing(failure))
        case (.clearing(let version, let failure), .done): state = .leaving(version, .failing(failure))
        default: break
        }
    }

    private mutating func leave(_ holding: Holding, _ parting: Parting, _ found: FoundClaim?) {
        // Data are taken back where nobody else can be about to list the version.
        if case .failing(let failure) = parting, holding.hasUploaded, !holding.isOld, holding.keepsConditions,
            isOurs(found), let tag = found?.tag
        {
            state = .withdrawing(holding, tag: tag, failure)
        } else {
            // Left behind, the claim would be taken for that of a push that was killed.
            state = .leaving(holding.version, parting)
        }
    }

    private mutating func goOn(_ parting: Parting, from version: AssetVersion) {
        switch parting {
        case .choosingAnother: passOver(version)
        case .failing(let failure): state = .ended(.failed(failure))
        }
    }

    /// After what cannot be done: what was put is taken back, as far as it is ours alone.
    mutating func giveUp() {
        switch state {
        case .uploading(let holding, _), .writingMeta(let holding, _), .readingMeta(let holding, _, _):
            part(from: holding, .failing(.impossible))
        default: state = .ended(.failed(.impossible))
        }
    }
}
