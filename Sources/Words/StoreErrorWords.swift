package import ObjectStore
internal import Terminal

// The words for what a store answers, or does not.

extension Problem {
    /// ```
    /// error: cannot get `s3://acme-models/nlp/lexicon.versions`: access denied
    ///   the store said: AccessDenied (request 4711)
    ///   hint: …
    /// ```
    package init(_ error: StoreError) {
        let words = StoreErrorWords(error)
        let said = error.detail?.words.escapedForTerminal ?? ""
        let hint = error.remedy?.advice?.escapedForTerminal ?? words.hint
        self.init(
            code: words.code, message: words.message,
            details: (said.isEmpty ? [] : ["\(words.speaker): \(said)"])
                + error.notes.flatMap(\.notes).map(\.escapedForTerminal),
            hint: hint, exitStatus: words.exitStatus,
            cause: words.isGeneral ? "\(words.code): \(words.reason): \(hint ?? "")" : nil)
    }
}

/// What a store error means for the user.
private struct StoreErrorWords {
    var code: String
    var message = ""
    var reason: String
    var hint: String?
    var exitStatus: Int32
    /// What the detail is.
    var speaker = "the store said"
    /// Whether it fails for one object as for all.
    var isGeneral = false

    init(_ error: StoreError) {
        self = StoreErrorWords(error.kind)
        let place = "\(error.operation.words) \(quoted(error.address))"
        if let cause = error.cause { apply(cause) }
        message = "cannot \(place): \(reason)"
        switch error.cause {
        case .noBucket(let name): message = "bucket \(quoted(name)) does not exist"
        case .invalidBucket(let name): message = "invalid bucket name \(quoted(name))"
        case .noCredentials: message = "no credentials found for \(quoted(error.address))"
        default: break
        }
    }

    private mutating func apply(_ cause: StoreError.Cause) {
        switch cause {
        case .noCredentials: reason = "no credentials found"
        case .unusableCredentials(let failure): reason = failure.words.escapedForTerminal
        case .rejectedCredentials(let service, let code, let status):
            reason = "\(service) rejected the credentials (\(code?.escapedForTerminal ?? "status \(status)"))"
        case .anonymous: reason = "the bucket does not allow anonymous access"
        case .noBucket, .invalidBucket: reason = "invalid bucket"
        case .otherRegion: reason = "the bucket is in another region"
        case .offline: self = .offline
        case .unreachable: reason = "the store is unreachable"
        case .failing: reason = "the store keeps failing"
        case .foreignPage: self = .foreignPage
        }
    }

    private init(
        code: String, reason: String, hint: String?, exitStatus: Int32, speaker: String = "the store said",
        isGeneral: Bool = false
    ) {
        (self.code, self.reason, self.hint, self.exitStatus) = (code, reason, hint, exitStatus)
        (self.speaker, self.isGeneral) = (speaker, isGeneral)
    }

    private init(_ kind: StoreError.Kind) {
        switch kind {
        case .notFound: self = .notFound
        case .permissionDenied: self = .permissionDenied
        case .unauthenticated: self = .unauthenticated
        case .credentialsUnavailable: self = .credentialsUnavailable
        case .changed, .invalidRange: self = .changed
        case .unavailable: self = .unavailable
        case .invalidAnswer: self = .invalidAnswer
        case .misconfigured: self = .misconfigured
        case .unusableSettings: self = .unusableSettings
        }
    }
}

extension StoreErrorWords {
    private static let notFound = StoreErrorWords(
        code: "store-not-found", reason: "not found",
        hint: "check the bucket and the prefix with `modelkit-assets check`; if they are right, the upload is "
            + "incomplete: push a new version",
        exitStatus: 5)
    private static let permissionDenied = StoreErrorWords(
        code: "permission-denied", reason: "access denied",
        hint: "`modelkit-assets check` prints the identity in use; `modelkit-assets check --policy` prints a "
            + "least-privilege policy",
        exitStatus: 4, isGeneral: true)
    private static let unauthenticated = StoreErrorWords(
        code: "unauthenticated", reason: "not authenticated",
        hint: "`modelkit-assets check` prints the credentials in use and their source", exitStatus: 4, isGeneral: true)
    private static let credentialsUnavailable = StoreErrorWords(
        code: "credentials-unavailable", reason: "the credential provider is unavailable",
        hint: "check its address, the network and the proxy, and run again", exitStatus: 8, isGeneral: true)
    private static let changed = StoreErrorWords(
        code: "object-changed", reason: "it changed while it was being read",
        hint: "published versions must not change: find out what overwrites it, then run again", exitStatus: 6)
    private static let unavailable = StoreErrorWords(
        code: "store-unavailable", reason: "the store is unavailable",
        hint: "run again to resume; `modelkit-assets check` tests the endpoint, the proxy and the clock, and "
            + "MODELKIT_STORAGE_TIMEOUT_S sets how long to retry",
        exitStatus: 8, speaker: "last failure", isGeneral: true)
    private static let invalidAnswer = StoreErrorWords(
        code: "invalid-answer", reason: "invalid response",
        hint: "check the endpoint and the proxy with `modelkit-assets check`", exitStatus: 8, speaker: "caused by")
    private static let foreignPage = StoreErrorWords(
        code: "invalid-answer", reason: "the response is an HTML page, not the store's",
        hint: "a proxy, gateway or login page answered in place of the store: check the endpoint and the proxy with "
            + "`modelkit-assets check`", exitStatus: 8, speaker: "the page says", isGeneral: true)
    private static let unusableSettings = StoreErrorWords(
        code: Problem.storeSettings, reason: "invalid storage settings", hint: settingsHint, exitStatus: 3,
        speaker: "caused by", isGeneral: true)
    private static let misconfigured = StoreErrorWords(
        code: "misconfigured-store", reason: "invalid storage configuration", hint: settingsHint, exitStatus: 8,
        isGeneral: true)
    /// That the store has it, it is not known.
    private static let offline = StoreErrorWords(
        code: "offline", reason: "neither present nor cached, and --offline disables downloads",
        hint: "run without --offline, or with a cache (--cache-dir) that has it", exitStatus: 5,
        isGeneral: true)

    private static let settingsHint = "`modelkit-assets check` prints every setting and its source"
}
