package import NIOCore
package import ObjectStore

/// A request to a store before it has an address and a signature: what is the same for each time that it is sent.
package protocol StoreCall: Sendable {
    /// `get`, `list`: in messages.
    var operation: String { get }
    /// In messages.
    var address: String { get }
    var body: ByteBuffer? { get }
    /// Statuses that are no faults beside those of success.
    var expected: Set<Int> { get }
    /// False where the reader of another answer may be waiting for this one, and keeps its own place meanwhile.
    var waitsForPlace: Bool { get }
}

extension StoreCall {
    package var expected: Set<Int> { [] }
    package var waitsForPlace: Bool { true }
}

/// A request as it is sent once.
package protocol SignedRequest: Sendable {
    var request: HTTPRequest { get }
    /// What it was signed with, beside what its headers hold.
    var secrets: [Secret] { get }
}

extension SignedRequest {
    package var secrets: [Secret] { [] }
}

/// What a cloud adds to requests: addresses and signatures, what its faults mean, and what can be done about them.
package protocol StoreDialect: Sendable {
    associatedtype Call: StoreCall
    associatedtype Fault: CallFault
    associatedtype Identity: Sendable
    associatedtype Signed: SignedRequest

    var transport: any HTTPTransport { get }
    var retries: RetryContext { get }
    /// The variable that names a file of trusted certificates.
    var certificatesVariable: String { get }

    /// In whose name the next request is made. May take its time: whoever hands credentials out is asked.
    func identity() async throws -> Identity

    /// Finds the address and signs.
    func sign(_ call: Call, as identity: Identity) -> Signed

    /// A fault that says more of what is wrong, where another request can tell.
    func explained(_ fault: Fault, _ call: Call, by requester: StoreRequester<Self>) async -> Fault

    /// Applies a remedy.
    ///
    /// - Returns: whether the call may fare better now.
    func mend(
        _ fault: Fault, by remedy: Fault.Remedy, of signed: Signed?, _ requester: StoreRequester<Self>
    ) async -> Bool

    /// What a fault comes to that its remedy does not help against.
    func kind(of fault: Fault, unmendedBy remedy: Fault.Remedy) -> StoreError.Kind

    /// The error, with whose name was used and what to do.
    ///
    /// - Parameter remedy: what did not help; nil where nothing was to be tried.
    func complete(
        _ error: StoreError, _ fault: Fault, _ call: Call, _ signed: Signed?, unmendedBy remedy: Fault.Remedy?
    ) -> StoreError

    /// The endpoint in messages; nil where it is not known.
    func endpointWords(_ signed: Signed?) -> String?
}

extension StoreDialect {
    package func explained(_ fault: Fault, _ call: Call, by requester: StoreRequester<Self>) async -> Fault { fault }
}
