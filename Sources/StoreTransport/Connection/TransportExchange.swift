internal import AsyncHTTPClient
internal import NIOCore
internal import NIOHTTP1
internal import ObjectStore
internal import Synchronization

/// One request in flight: sends its body, gathers its answer on the event loop, and hands that over in large pieces, or drains
/// it into a sink on the event loop itself.
///
/// Each hand-over between an event loop and a task costs as much as some tens of kilobytes: a small object comes with one.
/// A class because the event loop and the task that reads share it.
final class TransportExchange: HTTPClientResponseDelegate {
    private struct State {
        var head: HTTPResponseHead?
        /// When the head of the request went out, on a connection that was there by then.
        var asked: NIODeadline?
        /// From then to the head of the answer.
        var wait: TimeAmount?
        var early: EarlyAnswer?
        var gathered: [ByteBuffer] = []
        /// Of what is gathered, in bytes.
        var size = 0
        var end: Result<Void, HTTPFailure>?
        /// The task that waits until there is a piece or the end.
        var reader: CheckedContinuation<Void, Never>?
        /// Kept while enough is gathered, so that no more is read from the connection.
        var brake: EventLoopPromise<Void>?
        var task: HTTPClient.Task<Void>?
        /// Takes what arrives; nil as long as it is gathered.
        var sink: (any BodySink)?
        /// Whether the sink is at a piece.
        var isTaking = false
        /// Why the sink took no more.
        var refusal: (any Error)?

        var isReady: Bool { end != nil && !isTaking || sink == nil && size >= TransportExchange.piece }
    }

    /// How much is gathered before it is handed over, in bytes; no more than this and one read wait.
    private static let piece = 128 << 10

    private let state = Mutex(State())
    /// Nil for a body that is in memory.
    private let outgoing: OutgoingBody?

    init(sending outgoing: OutgoingBody? = nil) { self.outgoing = outgoing }

    // MARK: The task's side

    /// Sends the request, and waits for the head of its answer and some of its body.
    ///
    /// - Parameter limit: until the head, in seconds; nil for any time.
    func start(
        _ request: HTTPClient.Request, with client: HTTPClient, deadline: NIODeadline?, limit: Double?
    ) async throws(HTTPFailure) -> HTTPResponseHead {
        let task = client.execute(request: request, delegate: self, deadline: deadline)
        state.withLock { $0.task = task }
        let alarm = limit.map { limit in
            task.eventLoop.scheduleTask(in: WaitingTime(seconds: limit).timeAmount) { self.giveUp(after: limit) }
        }
        await untilReady()
        alarm?.cancel()
        let (head, end) = state.withLock { ($0.head, $0.end) }
        if let head { return head }
        try end?.get()
        throw HTTPFailure(.malformed, .noHead)
    }

    /// From the request, on a connection that was there, to the head of its answer, in seconds; nil before it.
    var wait: Double? { state.withLock { $0.wait.map { Double($0.nanoseconds) / 1e9 } } }

    /// The next piece of the body; nil at its end. For one task at a time.
    func next() async throws(HTTPFailure) -> [ByteBuffer]? {
        await untilReady()
        let (pieces, end, brake) = state.withLock { state in
            defer {
                state.gathered = []
                state.size = 0
                state.brake = nil
            }
            return (state.gathered, state.end, state.brake)
        }
        brake?.succeed()
        guard pieces.isEmpty else { return pieces }
        try end?.get()
        return nil
    }

    /// Hands over what is gathered, and then what the event loop receives, as it does; returns at the end, with nothing left
    /// that the sink is still at. In the place of `next`.
    ///
    /// - Throws: `HTTPFailure`, or what the sink answered.
    func drain(into sink: any BodySink) async throws {
        guard let loop = state.withLock({ $0.task?.eventLoop }) else { return }
        do {
            try await loop.flatSubmit { self.begin(sink, on: loop) }.get()
        } catch {
            cancel()
            throw error
        }
        await untilReady()
        let (refusal, end) = state.withLock { state in
            // The client keeps an exchange for longer, and a sink may hold what others wait for, such as the lock of an asset.
            state.sink = nil
            return (state.refusal, state.end)
        }
        if let refusal { throw refusal }
        try end?.get()
    }

    /// Closes the connection, unless the answer has ended.
    func cancel() { state.withLock { $0.end == nil ? $0.task : nil }?.cancel() }

    private func untilReady() async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if !state.isReady { state.reader = continuation }
                    return state.isReady
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            cancel()
        }
    }

    // MARK: The event loop's side

    private func begin(_ sink: any BodySink, on loop: any EventLoop) -> EventLoopFuture<Void> {
        let gathered = state.withLock { state in
            defer { (state.gathered, state.size) = ([], 0) }
            return state.gathered
        }
        let isTaken = gathered.reduce(loop.makeSucceededVoidFuture()) { before, piece in
            before.flatMap { self.hand(piece, to: sink, on: loop) }
        }
        return isTaken.map {
            let brake = self.state.withLock { state in
                state.sink = sink
                return state.brake.take()
            }
            brake?.succeed()
        }
    }

    private func hand(_ piece: ByteBuffer, to sink: any BodySink, on loop: any EventLoop) -> EventLoopFuture<Void> {
        let promise = loop.makePromise(of: Void.self)
        sink.take(piece) { promise.completeWith($0) }
        return promise.futureResult
    }

    /// A failed future has the request fail, and its connection closed.
    private func drained(_ piece: ByteBuffer, into sink: any BodySink, on loop: any EventLoop) -> EventLoopFuture<Void>
    {
        let isTaken = hand(piece, to: sink, on: loop)
        isTaken.whenComplete { result in
            let reader = self.state.withLock { state in
                state.isTaking = false
                if case .failure(let refusal) = result {
                    state.refusal = refusal
                    state.end = state.end ?? .success(())
                }
                return state.isReady ? state.reader.take() : nil
            }
            reader?.resume()
        }
        return isTaken
    }

    func didSendRequestHead(task: HTTPClient.Task<Void>, _ head: HTTPRequestHead) {
        state.withLock { $0.asked = .now() }
    }

    func didReceiveHead(task: HTTPClient.Task<Void>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        let early = outgoing?.isUnderWay == true ? EarlyAnswer(head) : nil
        state.withLock { state in
            state.head = head
            state.wait = state.asked.map { NIODeadline.now() - $0 }
            state.early = early
        }
        if let early, early.isRefusal {
            if early.isWhole { end(.success(())) }
            task.eventLoop.scheduleTask(in: EarlyAnswer.patience) { self.end(.success(())) }
        }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        let sink = state.withLock { state in
            state.isTaking = state.sink != nil && state.end == nil
            return state.isTaking ? state.sink : nil
        }
        if let sink { return drained(buffer, into: sink, on: task.eventLoop) }
        let (reader, brake) = state.withLock { state -> (CheckedContinuation<Void, Never>?, EventLoopPromise<Void>?) in
            guard state.end == nil, state.sink == nil else { return (nil, nil) }
            state.gathered.append(buffer)
            state.size += buffer.readableBytes
            state.early?.received(buffer.readableBytes)
            guard state.isReady else { return (nil, nil) }
            let brake = task.eventLoop.makePromise(of: Void.self)
            state.brake = brake
            return (state.reader.take(), brake)
        }
        reader?.resume()
        if state.withLock({ $0.early.map { $0.isRefusal && $0.isWhole } }) == true { end(.success(())) }
        return brake?.futureResult ?? task.eventLoop.makeSucceededVoidFuture()
    }

    func didSendRequest(task: HTTPClient.Task<Void>) { outgoing?.finish() }

    func didFinishRequest(task: HTTPClient.Task<Void>) { end(.success(())) }

    func didReceiveError(task: HTTPClient.Task<Void>, _ error: any Error) { end(.failure(HTTPFailure(error))) }

    private func giveUp(after limit: Double) {
        guard state.withLock({ $0.head == nil && $0.end == nil }) else { return }
        end(.failure(HTTPFailure(.timedOut, .noResponse(within: Int(limit)))))
        state.withLock { $0.task }?.cancel()
    }

    /// The first end counts: a request that is given up ends with its cancellation too.
    private func end(_ result: Result<Void, HTTPFailure>) {
        let isHandedOver = outgoing?.isHandedOver == true
        let (reader, brake) = state.withLock { state in
            // The answer counts where the connection is closed on the rest of the request, or on its end.
            let isAnswered = state.early.map { $0.isRefusal || $0.isWhole && isHandedOver } ?? false
            state.end = state.end ?? (isAnswered ? .success(()) : result)
            return (state.isReady ? state.reader.take() : nil, state.brake.take())
        }
        reader?.resume()
        brake?.succeed()
        outgoing?.stop()
    }
}

/// The body of an answer. Its connection is closed with the last reference to a body that is not read to its end.
struct TransportBody: BodyStream {
    typealias Element = ByteBuffer
    typealias Failure = any Error

    fileprivate final class Owner: Sendable {
        let exchange: TransportExchange

        init(_ exchange: TransportExchange) { self.exchange = exchange }

        deinit { exchange.cancel() }
    }

    private let owner: Owner

    init(_ exchange: TransportExchange) { owner = Owner(exchange) }

    func makeAsyncIterator() -> Iterator { Iterator(owner: owner) }

    func drain(into sink: any BodySink) async throws { try await owner.exchange.drain(into: sink) }

    struct Iterator: AsyncIteratorProtocol {
        fileprivate let owner: Owner
        private var pieces: ArraySlice<ByteBuffer> = []

        fileprivate init(owner: Owner) { self.owner = owner }

        @concurrent mutating func next() async throws -> ByteBuffer? {
            if let piece = pieces.popFirst() { return piece }
            guard let more = try await owner.exchange.next() else { return nil }
            pieces = more[...]
            return pieces.popFirst()
        }
    }
}
