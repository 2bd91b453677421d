/// A request to a service that hands credentials out, sent again where that can help.
struct ServiceCall: Sendable {
    let transport: any HTTPTransport
    /// Waits for so many seconds.
    let sleep: @Sendable (Double) async -> Void
    /// In messages: `web identity`.
    let provider: String
    /// `STS`, `the container's credential service`
    let service: String
    let attempts: Int
    /// What a failure to reach it may come from.
    var remedy = "check its address, the network and the proxy"
    /// Between two tries, in seconds.
    var pause = 0.3

    static let later = "run again later; if it lasts, ask whoever runs the service"

    /// Whether an answer is not worth another try.
    var isFinal: @Sendable (HTTPAnswer) -> Bool = { !$0.isFailureForAWhile }

    /// - Returns: an answer of any status.
    func send(_ request: HTTPRequest) async throws(CredentialFailure) -> HTTPAnswer {
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
    var isFailureForAWhile: Bool { status >= 500 || status == 429 || status == 408 }
}

extension HTTPFailure {
    /// Whether another try would fail likewise.
    fileprivate var lasts: Bool { [.tls, .otherHost, .proxy, .cancelled].contains(kind) }
}
