package import ObjectStore
internal import Synchronization

/// Sends calls to a bucket, and gets over what can be got over.
///
/// | what came of it | what is done |
/// | --- | --- |
/// | the request or its answer was lost, or the answer is not what the protocol says | a wait, and it is sent again, as `Resending` allows |
/// | a fault that passes | the same |
/// | a fault with a remedy: credentials that expired, a wrong clock or region | the remedy, once, and it is sent again at once |
/// | anything else | the error |
///
/// A place at the gate belongs to one attempt: `attempt` takes it and the body of the answer has it, so that whatever
/// waits or sends another request has none.
///
/// A class because all calls share whether the endpoint has answered.
package final class StoreRequester<Dialect: StoreDialect>: Sendable {
    package typealias Trouble = CallTrouble<Dialect.Fault>

    package let dialect: Dialect
    /// Whether anything came from the endpoint in this run.
    private let hasAnswered = Mutex(false)

    package init(dialect: Dialect) { self.dialect = dialect }

    /// Sends the call until it succeeds, or until trying again is no use.
    ///
    /// - Parameters:
    ///   - resending: whether it may be sent again where it may have been done.
    ///   - read: reads an answer that says that all went well; what it throws is a reason to send again.
    package func perform<Value: Sendable>(
        _ call: Dialect.Call, _ resending: Resending = .always,
        _ read: @Sendable (StoreReply) async throws -> Value
    ) async throws(StoreError) -> Value {
        var course = CallCourse(call.operation, address: call.address, dialect.retries)
        var remedies: Set<Dialect.Fault.Remedy> = []
        while true {
            let failed: FailedAttempt
            switch await attempt(call, number: course.attempts, read) {
            case .success(let value): return value
            case .failure(let failure): failed = failure
            }
            if Task.isCancelled { throw course.error(.unavailable, "interrupted") }
            if resending == .never, let words = failed.trouble.passingWords {
                throw course.error(.unavailable, words)
            }
            try await overcome(failed, call, &remedies, &course)
        }
    }

    // MARK: One attempt

    package enum Attempt<Value: Sendable> {
        case success(Value)
        case failure(FailedAttempt)
    }

    package struct FailedAttempt {
        package let trouble: Trouble
        /// Nil where it was not even sent.
        let signed: Dialect.Signed?
    }

    /// Sends the call once. The only place where a request is sent, and where a place at the gate is taken: it is given
    /// back with the answer's body, or where there is none with the return.
    ///
    /// - Parameter number: from 1.
    package func attempt<Value: Sendable>(
        _ call: Dialect.Call, number: Int = 1, _ read: @Sendable (StoreReply) async throws -> Value
    ) async -> Attempt<Value> {
        let identity: Dialect.Identity
        do {
            // Before a place is taken: it may take its time.
            identity = try await dialect.identity()
        } catch {
            return .failure(FailedAttempt(trouble: Trouble(error), signed: nil))
        }
        let gate = dialect.retries.gate
        let place = call.waitsForPlace ? await gate.enter() : gate.enterAtOnce()
        let signed = dialect.sign(call, as: identity)
        do {
            return .success(try await read(try await reply(to: call, signed, number, place)))
        } catch {
            place.end()
            let redaction = Redaction(of: signed.request, and: signed.secrets)
            return .failure(FailedAttempt(trouble: Trouble(error).redacted(redaction), signed: signed))
        }
    }

    private func reply(
        to call: Dialect.Call, _ signed: Dialect.Signed, _ number: Int, _ place: RequestGate.Pass
    ) async throws -> StoreReply {
        var request = signed.request
        // What takes long to be sent is answered late.
        if call.body == nil, !isAnswered { request.timeouts.answer = RetryPolicy.answerLimit(attempt: number) }
        let response = try await dialect.transport.send(request).holding(place)
        hasAnswered.withLock { $0 = true }
        guard (200..<300).contains(response.status) || call.expected.contains(response.status) else {
            // What is wrong is said in a few hundred bytes, and a page of a proxy is not of interest.
            let body = try await response.readBody(limit: 1 << 20)
            let fault = Dialect.Fault(status: response.status, headers: response.headers, body: body)
            if case .retry(_, slowsDown: true) = fault.reaction { place.toldToSlowDown() }
            throw Trouble.fault(fault)
        }
        place.succeeded()
        return StoreReply(response: response)
    }

    private var isAnswered: Bool { hasAnswered.withLock { $0 } }

    // MARK: Getting over trouble

    private func overcome(
        _ failed: FailedAttempt, _ call: Dialect.Call, _ remedies: inout Set<Dialect.Fault.Remedy>,
        _ course: inout CallCourse
    ) async throws(StoreError) {
        switch failed.trouble {
        case .final(let error): throw error
        case .malformed(let detail):
            let error = course.error(.invalidAnswer, detail)
            try await course.wait(RetryReason("a wrong answer"), orThrow: error)
        case .transport(let failure):
            let error = error(failure, failed.signed, course)
            try await course.overcome(failure, isAnswered: isAnswered, orThrow: error)
        case .fault(let told):
            let fault = await dialect.explained(told, call, by: self)
            switch fault.reaction {
            case .fail(let kind): throw error(kind, fault, call, failed.signed, course)
            case .retry(let reason, _):
                let error = error(.unavailable, fault, call, failed.signed, course)
                try await course.wait(reason, orThrow: error)
            case .mend(let remedy):
                guard remedies.insert(remedy).inserted, await dialect.mend(fault, by: remedy, of: failed.signed, self)
                else {
                    let kind = dialect.kind(of: fault, unmendedBy: remedy)
                    throw error(kind, fault, call, failed.signed, course, unmendedBy: remedy)
                }
            }
        }
    }

    private func error(
        _ kind: StoreError.Kind, _ fault: Dialect.Fault, _ call: Dialect.Call, _ signed: Dialect.Signed?,
        _ course: CallCourse, unmendedBy remedy: Dialect.Fault.Remedy? = nil
    ) -> StoreError {
        dialect.complete(course.error(kind, fault.words), fault, call, signed, unmendedBy: remedy)
    }

    private func error(_ failure: HTTPFailure, _ signed: Dialect.Signed?, _ course: CallCourse) -> StoreError {
        var error = course.error(failure.kind == .malformed ? .invalidAnswer : .unavailable, failure.detail)
        if let words = dialect.endpointWords(signed) { error.notes.append("the endpoint is \(words)") }
        if failure.kind == .timedOut, !isAnswered { error.notes.append("it has answered no request of this run") }
        error.remedy = TransportWords.remedy(
            for: failure, certificates: dialect.certificatesVariable, isAnswered: isAnswered)
        return error
    }
}
