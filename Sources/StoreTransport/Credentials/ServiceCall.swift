/// A request to a service that hands credentials out, sent again where that can help.
package struct ServiceCall: Sendable {
    let transport: any HTTPTransport
    /// Waits for so many seconds.
    let sleep: @Sendable (Double) async -> Void
    /// In messages: `web identity`.
    let provider: String
    /// `STS`, `the container's credential service`
    let service: String
    let attempts: Int
    /// What a failure to reach it may come from.
    let remedy: String
    /// Between two tries, in seconds.
    let pause: Double

    package static let later = "run again later; if it lasts, ask whoever runs the service"

    /// Whether an answer is not worth another try.
    let isFinal: @Sendable (HTTPAnswer) -> Bool

    package init(
        transport: any HTTPTransport, sleep: @escaping @Sendable (Double) async -> Void, provider: String,
        service: String, attempts: Int, remedy: String = "check its address, the network and the proxy",
        pause: Double = 0.3, isFinal: @escaping @Sendable (HTTPAnswer) -> Bool = { !$0.isFailureForAWhile }
    ) {
        self.transport = transport
        self.sleep = sleep
        self.provider = provider
        self.service = service
        self.attempts = attempts
        self.remedy = remedy
        self.pause = pause
        self.isFinal = isFinal
    }

    /// - Returns: an answer of any status.
    package func send(_ request: HTTPRequest) async throws(CredentialFailure) -> HTTPAnswer {
        for _ in 1..<attempts {
            do throws(HTTPFailure) {
                let answer = try await transport.exchange(request)
                if isFinal(answer) { return answer }
            } catch  where error.lasts {
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
            .unreachable, provider, "\(service) at \(request.url.origin) cannot be reached: \(error.detail)",
            remedy: remedy)
    }
}

extension HTTPAnswer {
    /// The server failed, waited in vain, or has too much to do: the same request may succeed later.
    package var isFailureForAWhile: Bool { status >= 500 || status == 429 || status == 408 }
}

extension HTTPFailure {
    /// Whether another try would fail likewise.
    fileprivate var lasts: Bool { [.tls, .otherHost, .proxy, .cancelled].contains(kind) }
}
