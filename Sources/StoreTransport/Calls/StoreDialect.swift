package import ObjectStore

/// A request to a store before it has an address and a signature: what is the same in each attempt.
package protocol StoreCall: Sendable {
    var operation: StoreOperation { get }
    /// In messages.
    var address: String { get }
    /// Whether it carries content, which takes its time to be sent.
    var hasBody: Bool { get }
    /// Statuses that are no faults beside those of success.
    var expected: Set<Int> { get }
    /// False for a request that the reader of another answer waits for: its pass is still held, so that waiting for a second
    /// one could be waiting for ever.
    var waitsAtGate: Bool { get }
}

extension StoreCall {
    package var expected: Set<Int> { [] }
    package var waitsAtGate: Bool { true }
}

/// A request as it is sent in one attempt.
package protocol SignedRequest: Sendable {
    var request: HTTPRequest { get }
    /// What it was signed with, beside what its headers hold.
    var secrets: [Secret] { get }
}

extension SignedRequest {
    package var secrets: [Secret] { [] }
}

/// What a kind of store adds to requests: addresses and signatures, what its faults mean, and what can be done about them.
package protocol StoreDialect: Sendable {
    associatedtype Call: StoreCall
    associatedtype Fault: ServiceFault
    associatedtype Identity: Sendable
    associatedtype Signed: SignedRequest

    var transport: any HTTPTransport { get }
    var retries: RetryContext { get }
    /// The variable that names a file of trusted certificates.
    var certificatesVariable: String { get }

    /// The identity that a call is made with now. May take long: the credential provider is asked.
    func identity(for call: Call) async throws -> Identity

    /// Finds the address and signs.
    func sign(_ call: Call, as identity: Identity) -> Signed

    /// The fault with more detail, where another request can tell what is wrong.
    func explained(_ fault: Fault, _ call: Call, by requester: StoreRequester<Self>) async -> Fault

    /// Applies a remedy.
    ///
    /// - Parameter signed: the request that failed; nil where none was sent.
    /// - Returns: whether the call may succeed now.
    func apply(
        _ remedy: Fault.Remedy, to fault: Fault, of signed: Signed?, _ requester: StoreRequester<Self>
    ) async -> Bool

    /// What kind of error a fault is whose remedy did not help.
    func kind(of fault: Fault, after remedy: Fault.Remedy) -> StoreError.Kind

    /// The error, with the identity that was used and what to do.
    func completed(_ error: StoreError, for failed: FailedCall<Self>) -> StoreError

    /// The endpoint, for messages; nil where it is not known.
    func endpoint(_ signed: Signed?) -> CallNote?
}

extension StoreDialect {
    package func explained(_ fault: Fault, _ call: Call, by requester: StoreRequester<Self>) async -> Fault { fault }
}

/// A call that ends with a fault of the service.
package struct FailedCall<Dialect: StoreDialect>: Sendable {
    package let call: Dialect.Call
    package let fault: Dialect.Fault
    /// The last request; nil where none was sent.
    package let signed: Dialect.Signed?
    /// What did not help; nil where there was no remedy to apply.
    package var remedy: Dialect.Fault.Remedy?
}
