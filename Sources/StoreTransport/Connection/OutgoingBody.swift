internal import AsyncHTTPClient
internal import NIOCore
internal import Synchronization

/// The body of a request on its way: each piece is made once the connection has taken the one before.
///
/// A class because the task that sends it and the exchange that it belongs to share it.
final class OutgoingBody: Sendable {
    private struct State {
        var isUnderWay = true
        /// AsyncHTTPClient has all of it.
        var isHandedOver = false
        /// Numbers the pieces, so that nothing is taken for the answer to an earlier one.
        var number = 0
        /// What came of the piece before anybody waited for it.
        var outcome: Outcome?
        var waiting: CheckedContinuation<Outcome, Never>?
        var sending: Task<Void, Never>?
        /// Until the last piece is written.
        var last: EventLoopFuture<Void>?
    }

    private enum Outcome {
        case taken
        case failed(HTTPFailure)
        /// Nothing more is to be sent.
        case stopped
    }

    private let content: StreamedBody
    /// How long a piece may take, in seconds.
    private let idle: Double
    private let loop: any EventLoop
    private let state = Mutex(State())

    init(_ content: StreamedBody, idle: Double, on loop: any EventLoop) {
        self.content = content
        self.idle = idle
        self.loop = loop
        // AsyncHTTPClient does not ask for an empty body.
        if content.length == 0 { state.withLock { $0.isUnderWay = false } }
    }

    deinit { if let last = state.withLock({ $0.last }) { Self.keep(last) } }

    /// For AsyncHTTPClient, which calls `send` once the connection stands and the head is sent.
    var body: HTTPClient.Body { .stream(contentLength: content.length) { self.send(by: $0) } }

    /// Whether there may be more to send, the request's end at least.
    var isUnderWay: Bool { state.withLock { $0.isUnderWay } }

    var isHandedOver: Bool { state.withLock { $0.isHandedOver } }

    /// AsyncHTTPClient has sent all of the request.
    func finish() { state.withLock { $0.isUnderWay = false } }

    /// Sends nothing more: the exchange has ended.
    func stop() {
        let (number, sending) = state.withLock { state in
            state.isUnderWay = false
            return (state.number, state.sending)
        }
        sending?.cancel()
        resume(number, .stopped)
    }

    private func send(by writer: HTTPClient.Body.StreamWriter) -> EventLoopFuture<Void> {
        let sent = loop.makePromise(of: Void.self)
        let sending = Task {
            do {
                try await sendAll(by: writer)
                sent.succeed()
            } catch {
                sent.fail(error)
            }
        }
        let isUnderWay = state.withLock { state in
            state.sending = sending
            return state.isUnderWay
        }
        if !isUnderWay { sending.cancel() }
        return sent.futureResult
    }

    private func sendAll(by writer: HTTPClient.Body.StreamWriter) async throws(HTTPFailure) {
        var left = content.length
        var last: ByteBuffer?
        do {
            for try await piece in try await content.open() where piece.readableBytes > 0 {
                left -= Int64(piece.readableBytes)
                guard left >= 0 else { throw HTTPFailure(.content, .contentGrew) }
                if left > 0 { try await send(piece, by: writer) } else { last = piece }
            }
        } catch let failure as HTTPFailure {
            throw failure
        } catch {
            throw HTTPFailure(.content, "\(error)")
        }
        guard let last else { throw HTTPFailure(.content, .contentShrank) }
        sendLast(last, by: writer)
    }

    /// Not waited for, so that AsyncHTTPClient knows of the end when the answer comes: a server that closes the connection with
    /// its answer would have closed it too early otherwise.
    private func sendLast(_ piece: ByteBuffer, by writer: HTTPClient.Body.StreamWriter) {
        // Before it is: the answer to it may have come by the time that `write` returns.
        state.withLock { $0.isHandedOver = true }
        let written = writer.write(.byteBuffer(piece))
        state.withLock { $0.last = written }
        written.whenComplete { _ in self.state.withLock { $0.last = nil } }
    }

    private func send(_ piece: ByteBuffer, by writer: HTTPClient.Body.StreamWriter) async throws(HTTPFailure) {
        let number = state.withLock { state in
            state.number += 1
            state.outcome = state.isUnderWay ? nil : .stopped
            return state.number
        }
        let written = writer.write(.byteBuffer(piece))
        written.whenComplete { result in
            switch result {
            case .success: self.resume(number, .taken)
            case .failure(let error): self.resume(number, .failed(HTTPFailure(error)))
            }
        }
        let alarm = loop.scheduleTask(in: WaitingTime(seconds: idle).timeAmount) {
            self.resume(number, .failed(HTTPFailure(.timedOut, .notRead)))
        }
        defer { alarm.cancel() }
        switch await outcome() {
        case .taken: return
        case .failed(let failure): throw failure
        case .stopped:
            Self.keep(written)
            throw HTTPFailure(.cancelled, .cancelled)
        }
    }

    private func outcome() async -> Outcome {
        await withCheckedContinuation { continuation in
            let outcome = state.withLock { state in
                if state.outcome == nil { state.waiting = continuation }
                return state.outcome.take()
            }
            if let outcome { continuation.resume(returning: outcome) }
        }
    }

    /// AsyncHTTPClient drops the promise of a piece that it holds back when the answer ends first, which NIO takes for a mistake
    /// and ends a debug build for. Kept for ever, it is not dropped.
    private static func keep(_ written: EventLoopFuture<Void>) { _ = Unmanaged.passRetained(written) }

    /// The first outcome of a piece counts.
    private func resume(_ number: Int, _ outcome: Outcome) {
        let waiting = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
            guard number == state.number else { return nil }
            if state.waiting == nil, state.outcome == nil { state.outcome = outcome }
            return state.waiting.take()
        }
        waiting?.resume(returning: outcome)
    }
}
