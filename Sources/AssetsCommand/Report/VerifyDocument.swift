internal import AssetModel
internal import Execution
internal import Operations
internal import Planning

/// What verifying found, as JSON.
struct VerifyDocument: Encodable, Sendable {
    struct Asset: Encodable, Sendable {
        let asset: String
        let verifiedFiles: Int
        let unprovenFiles: Int
        let faults: [Fault]
    }

    struct Fault: Encodable, Sendable {
        let kind: String
        @OrNull var path: String?
        @OrNull var expected: String?
        @OrNull var actual: String?
    }

    var format = "modelkit-assets/verify"
    var version = 1
    let assets: [Asset]

    init(_ results: [VerifiedAsset]) {
        assets = results.map { asset in
            Asset(
                asset: asset.pin.description, verifiedFiles: asset.result.verified,
                unprovenFiles: asset.result.unproven,
                faults: asset.result.faults.map { fault in
                    Fault(
                        kind: fault.kind.rawValue, path: fault.path?.text, expected: fault.expected?.hex,
                        actual: fault.actual?.sha256.hex)
                })
        }
    }
}

/// What Python modelkit would find, as JSON.
struct RehearsalDocument: Encodable, Sendable {
    struct Entry: Encodable, Sendable {
        let requested: String
        let locked: String
        @OrNull var found: String?
        @OrNull var missingPart: String?
        let isModelkitString: Bool
    }

    var format = "modelkit-assets/as-modelkit"
    var version = 1
    let entries: [Entry]

    init(_ entries: [ModelkitRehearsal.Entry]) {
        self.entries = entries.map { entry in
            Entry(
                requested: entry.requested.phrase, locked: entry.locked.description, found: entry.found?.description,
                missingPart: entry.missingPart?.text, isModelkitString: entry.isModelkitString)
        }
    }
}
