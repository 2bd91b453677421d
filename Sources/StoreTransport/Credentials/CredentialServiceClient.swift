package import AssetModel

/// Sends requests to a service that hands out credentials, and retries them where that can help.
package struct CredentialServiceClient: Sendable {
    let transport: any HTTPTransport
    /// Waits for so many seconds.
    let sleep: @Sendable (Double) async -> Void
    /// In messages: `web identity`.
    let provider: String
    let attempts: Int
    /// The fault where it cannot be reached.
    let unreachable: @Sendable (UnreachableService) -> any ErrorDetail
    /// Between two attempts, in seconds.
    let pause: Double

    /// Whether an answer is taken as it is, without another attempt.
    let isFinal: @Sendable (BufferedResponse) -> Bool

    package init(
        transport: any HTTPTransport, sleep: @escaping @Sendable (Double) async -> Void, provider: String,
        attempts: Int, pause: Double = 0.3,
        isFinal: @escaping @Sendable (BufferedResponse) -> Bool = { !$0.isTransientFailure },
        unreachable: @escaping @Sendable (UnreachableService) -> any ErrorDetail
    ) {
        self.transport = transport
        self.sleep = sleep
        self.provider = provider
        self.attempts = attempts
        self.unreachable = unreachable
        self.pause = pause
        self.isFinal = isFinal
    }

    /// - Returns: an answer of any status.
    package func send(_ request: HTTPRequest) async throws(CredentialFailure) -> BufferedResponse {
        for _ in 1..<attempts {
            do throws(HTTPFailure) {
                let answer = try await transport.exchange(request)
                if isFinal(answer) { return answer }
            } catch  where error.isPermanent {
                throw failure(error, request)
            } catch {}
            if Task.isCancelled { break }
            await sleep(pause)
        }
        do throws(HTTPFailure) {
            return try await transport.exchange(request)
        } catch {
            throw failure(error, request)
        }
    }

    private func failure(_ error: HTTPFailure, _ request: HTTPRequest) -> CredentialFailure {
        CredentialFailure(
            .unreachable, provider,
            unreachable(UnreachableService(origin: request.url.origin, detail: error.detail)))
    }
}

/// A service that was not reached, and why.
package struct UnreachableService: ErrorDetail {
    /// Scheme, host and port.
    package let origin: String
    package let detail: HTTPFailureDetail
}

extension BufferedResponse {
    /// The server failed, timed out, or is overloaded: the same request may succeed later.
    package var isTransientFailure: Bool { status >= 500 || status == 429 || status == 408 }
}

extension HTTPFailure {
    /// Whether another attempt would fail in the same way.
    fileprivate var isPermanent: Bool { [.tls, .otherHost, .proxy, .cancelled].contains(kind) }
}
