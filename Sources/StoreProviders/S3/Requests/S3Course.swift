internal import ObjectStore

/// How a call fares: how often it was sent, and which remedies were tried, each of them once.
struct S3Course {
    enum Remedy: Hashable {
        case refresh, clock, region
    }

    let call: S3Call
    private var course: CallCourse
    private var remedies: Set<Remedy> = []

    init(_ call: S3Call, _ context: S3Context) {
        self.call = call
        course = CallCourse(call.operation, address: call.address, context.retries)
    }

    /// Whether the remedy is still to be tried; it is after this.
    mutating func take(_ remedy: Remedy) -> Bool { remedies.insert(remedy).inserted }

    /// Waits until the call is to be sent again.
    ///
    /// - Throws: the error, where it was sent often or long enough.
    mutating func wait(_ reason: RetryReason, orThrow error: StoreError) async throws(StoreError) {
        try await course.wait(reason, orThrow: error)
    }

    /// The same after a request or its answer was lost.
    mutating func overcome(_ failure: HTTPFailure, endpoint: S3Endpoint) async throws(StoreError) {
        try await course.overcome(failure, orThrow: error(failure, endpoint: endpoint))
    }

    // MARK: Errors

    func error(_ kind: StoreError.Kind, _ detail: String) -> StoreError {
        course.error(kind, detail)
    }

    func error(_ kind: StoreError.Kind, _ fault: S3Fault, _ identity: S3Identity?) -> StoreError {
        var error = error(kind, fault.words)
        switch kind {
        case .permissionDenied:
            error.notes += S3Words.identity(identity) + S3Words.ambiguity(fault, call)
            error.remedy = S3Words.remedy(for: fault, call)
        case .unauthenticated:
            error.notes += S3Words.identity(identity)
            error.remedy = S3Words.remedy(for: fault, call)
        case .misconfigured: error.remedy = S3Words.bucketRemedy
        case .notFound, .changed, .invalidRange, .unavailable, .credentialsUnavailable, .invalidAnswer: break
        }
        return error
    }

    private func error(_ failure: HTTPFailure, endpoint: S3Endpoint) -> StoreError {
        var error = error(failure.kind == .malformed ? .invalidAnswer : .unavailable, failure.detail)
        error.notes.append("the endpoint is \(endpoint.words)")
        error.remedy = TransportWords.remedy(for: failure, certificates: "AWS_CA_BUNDLE")
        return error
    }

    /// - Parameter offset: what the server's clock is ahead, in seconds.
    func clockError(_ fault: S3Fault, _ identity: S3Identity?, offset: Double?) -> StoreError {
        var error = error(.unauthenticated, fault, identity)
        error.notes += offset.map { ["the clock here is \(S3Words.skew($0)) the store's"] } ?? []
        error.remedy = "set the clock of this machine; in a container it is the host's"
        return error
    }

    func regionError(_ fault: S3Fault, _ identity: S3Identity?, used: String) -> StoreError {
        var error = error(fault.status == 403 ? .permissionDenied : .misconfigured, fault, identity)
        error.notes.append("the request was made for the region \(used)")
        error.remedy = "set AWS_DEFAULT_REGION to the bucket's region, or correct the endpoint"
        return error
    }
}
