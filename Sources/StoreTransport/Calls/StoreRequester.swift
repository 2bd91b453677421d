internal import AssetModel
package import ObjectStore
internal import Synchronization

/// Sends calls to a store, and retries them where that can help.
///
/// | outcome of an attempt | what is done |
/// | --- | --- |
/// | the request or its answer was lost, or the answer is not what the protocol says | a wait and another attempt, as `Idempotency` allows |
/// | a transient fault | the same |
/// | a fault with a remedy: credentials that expired, a wrong clock or region | the remedy, once, and another attempt at once |
/// | a page for people, which is not the store's answer | the error |
/// | anything else | the error |
///
/// A pass of the gate belongs to one attempt: `attempt` takes it and the body of the answer holds it, so that whatever waits
/// or sends another request holds none.
///
/// A class because all calls share whether the endpoint has answered.
package final class StoreRequester<Dialect: StoreDialect>: Sendable {
    package typealias Failure = AttemptFailure<Dialect.Fault>

    package let dialect: Dialect
    /// How soon the endpoint has begun an answer in this run, at best, in seconds; nil where nothing came from it yet.
    private let quickest = Mutex<Double?>(nil)

    package init(dialect: Dialect) { self.dialect = dialect }

    /// Sends the call until it succeeds, or until another attempt is no use.
    ///
    /// - Parameters:
    ///   - idempotency: whether it may be sent again where it may have taken effect.
    ///   - read: reads an answer of success; what it throws is a reason for another attempt.
    package func perform<Value: Sendable>(
        _ call: Dialect.Call, _ idempotency: Idempotency = .idempotent,
        _ read: @Sendable (StoreReply) async throws -> Value
    ) async throws(StoreError) -> Value {
        var state = RetryState(call.operation, address: call.address, dialect.retries)
        var remedies: Set<Dialect.Fault.Remedy> = []
        while true {
            let failed: FailedAttempt
            switch await attempt(call, number: state.attempts, read) {
            case .success(let value): return value
            case .failure(let failure): failed = failure
            }
            if Task.isCancelled { throw state.error(.unavailable, CallNote.interrupted) }
            if idempotency == .notIdempotent, let detail = failed.failure.transientDetail {
                var error = state.error(.unavailable, detail)
                error.cause = .failing
                error.pause = failed.failure.pause
                throw error
            }
            try await recover(from: failed, of: call, &remedies, &state)
        }
    }

    // MARK: One attempt

    package enum Attempt<Value: Sendable> {
        case success(Value)
        case failure(FailedAttempt)
    }

    package struct FailedAttempt {
        package let failure: Failure
        /// Nil where no request was sent.
        let signed: Dialect.Signed?
    }

    /// Sends the call once. The only place where a request is sent, and where a pass of the gate is taken: it is given back
    /// with the answer's body, or where there is none with the return.
    ///
    /// - Parameter number: from 1.
    package func attempt<Value: Sendable>(
        _ call: Dialect.Call, number: Int = 1, _ read: @Sendable (StoreReply) async throws -> Value
    ) async -> Attempt<Value> {
        let identity: Dialect.Identity
        do {
            // Before a pass is taken: it may take long.
            identity = try await dialect.identity(for: call)
        } catch {
            return .failure(FailedAttempt(failure: Failure(error), signed: nil))
        }
        let gate = dialect.retries.gate
        let pass = call.waitsAtGate ? await gate.enter() : gate.enterAtOnce()
        let signed = dialect.sign(call, as: identity)
        do {
            return .success(try await read(try await reply(to: call, signed, number, pass)))
        } catch {
            pass.end()
            let redaction = Redaction(of: signed.request, and: signed.secrets)
            return .failure(FailedAttempt(failure: Failure(error).redacted(redaction), signed: signed))
        }
    }

    private func reply(
        to call: Dialect.Call, _ signed: Dialect.Signed, _ number: Int, _ pass: RequestGate.Pass
    ) async throws -> StoreReply {
        var request = signed.request
        // What takes long to be sent is answered late.
        if !call.hasBody, !hasAnswered { request.timeouts.answer = RetryPolicy.answerLimit(attempt: number) }
        let start = dialect.retries.uptime()
        let response = try await dialect.transport.send(request).holding(pass)
        let wait = response.wait ?? dialect.retries.uptime() - start
        quickest.withLock { $0 = min($0 ?? wait, wait) }
        guard (200..<300).contains(response.status) || call.expected.contains(response.status) else {
            // A fault has a few hundred bytes; the rest of a proxy's page is of no use.
            let body = try await response.readBody(limit: 1 << 20)
            if let page = ForeignPage(
                status: response.status, headers: response.headers, body: body, writesText: Dialect.Fault.writesText)
            {
                throw Failure.page(page)
            }
            let fault = Dialect.Fault(status: response.status, headers: response.headers, body: body)
            if case .retry(_, slowsDown: true) = fault.handling { pass.toldToSlowDown() }
            throw Failure.fault(fault)
        }
        pass.succeeded()
        return StoreReply(response: response)
    }

    /// From a request to the first byte of its answer, at best, in seconds; nil before the first answer.
    package var quickestAnswer: Double? { quickest.withLock { $0 } }

    private var hasAnswered: Bool { quickestAnswer != nil }

    // MARK: After a failure

    /// Waits for the next attempt, or applies a remedy.
    ///
    /// - Throws: where neither can help.
    private func recover(
        from failed: FailedAttempt, of call: Dialect.Call, _ remedies: inout Set<Dialect.Fault.Remedy>,
        _ state: inout RetryState
    ) async throws(StoreError) {
        switch failed.failure {
        case .final(let error): throw error
        case .page(let page): throw error(page, failed.signed, state)
        case .malformed(let detail):
            let error = state.error(.invalidAnswer, detail)
            try await state.wait(RetryReason(CallNote.invalidResponse), orThrow: error)
        case .transport(let failure):
            let error = error(failure, failed.signed, state)
            try await state.wait(after: failure, hasAnswered: hasAnswered, orThrow: error)
        case .fault(let fault):
            let fault = await dialect.explained(fault, call, by: self)
            let failed = FailedCall<Dialect>(call: call, fault: fault, signed: failed.signed)
            switch fault.handling {
            case .fail(let kind): throw error(kind, failed, state)
            case .retry(let reason, _): try await state.wait(reason, orThrow: error(.unavailable, failed, state))
            case .apply(let remedy): try await apply(remedy, to: failed, &remedies, state)
            }
        }
    }

    private func apply(
        _ remedy: Dialect.Fault.Remedy, to failed: FailedCall<Dialect>, _ remedies: inout Set<Dialect.Fault.Remedy>,
        _ state: RetryState
    ) async throws(StoreError) {
        if remedies.insert(remedy).inserted, await dialect.apply(remedy, to: failed.fault, of: failed.signed, self) {
            return
        }
        var failed = failed
        failed.remedy = remedy
        throw error(dialect.kind(of: failed.fault, after: remedy), failed, state)
    }

    private func error(_ kind: StoreError.Kind, _ failed: FailedCall<Dialect>, _ state: RetryState) -> StoreError {
        var error = state.error(kind, failed.fault.answer)
        if kind == .unavailable { error.cause = .failing }
        return dialect.completed(error, for: failed)
    }

    private func error(_ page: ForeignPage, _ signed: Dialect.Signed?, _ state: RetryState) -> StoreError {
        var error = state.error(.invalidAnswer, page)
        error.cause = .foreignPage
        if let endpoint = dialect.endpoint(signed) { error.note(endpoint) }
        return error
    }

    private func error(_ failure: HTTPFailure, _ signed: Dialect.Signed?, _ state: RetryState) -> StoreError {
        var error = state.error(failure.kind == .malformed ? .invalidAnswer : .unavailable, failure.detail)
        if let endpoint = dialect.endpoint(signed) { error.note(endpoint) }
        if failure.kind == .timedOut, !hasAnswered { error.note(CallNote.noAnswerYet) }
        if error.kind == .unavailable { error.cause = hasAnswered ? .failing : .unreachable }
        error.remedy = NetworkAdvice(
            failure, certificates: dialect.certificatesVariable, isAnswered: hasAnswered
        ).map(AnyErrorDetail.init)
        return error
    }
}
