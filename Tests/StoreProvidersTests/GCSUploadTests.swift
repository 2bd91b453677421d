import AssetModel
import Foundation
import NIOCore
import NIOHTTP1
import ObjectStore
import Synchronization
import Testing

@testable import StoreProviders
@testable import StoreTransport

/// Uploads to a server that keeps less than it is sent, loses its answers, and forgets sessions.
@Suite struct GCSUploadTests {
    private static let unit = GCSSession.unit
    private static let content = (0..<(5 * unit + 1000)).map { UInt8(truncatingIfNeeded: $0 / 7 &* 31) }

    @Test(arguments: SessionServer.Quirk.passing)
    fileprivate func arrivesWholeAtAServerThat(_ quirk: SessionServer.Quirk) async throws {
        let server = SessionServer(quirk)
        let made = try await upload(to: server)
        #expect(server.object == Self.content)
        #expect(made.evidence == .matches)
    }

    @Test func saysThatTheServerHasSomethingElse() async throws {
        #expect(try await upload(to: SessionServer(.altersAByte)).evidence == .differs)
    }

    @Test func endsWhereTheServerLosesWhatItHad() async throws {
        let error = await failure(SessionServer(.losesWhatItHad))
        #expect(error?.kind == .invalidAnswer)
        guard case GCSObjectDetail.lost? = error?.detail?.value else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test func endsWhereTheServerKeepsNothing() async throws {
        let error = await failure(SessionServer(.keepsNothing))
        #expect(error?.kind == .unavailable)
    }

    @Test func isToBeBegunAnewWhereTheServerForgotIt() async throws {
        let error = await failure(SessionServer(.forgets))
        #expect(error?.kind == .notFound)
    }

    @Test func sendsNoTokenToAnotherHostThatASessionIsAt() async throws {
        let server = SessionServer(.sendsElsewhere)
        _ = try await upload(to: server)
        #expect(server.tokens["storage.googleapis.com"] == 1)
        #expect(server.tokens["elsewhere.example"] == nil)
    }

    /// In parts of which none is a multiple of the unit.
    private func upload(to server: SessionServer) async throws(StoreError) -> WriteReceipt {
        let store = GCSStore(
            GCSContext(
                transport: server, identities: FixedIdentity(), endpoint: nil, bucket: "assets",
                retries: RetryContext(policy: RetryPolicy(attempts: 4, budget: 30), log: RetryLog(), window: 4),
                encryptionKey: nil))
        let upload = try await store.startUpload(of: ObjectKey("a"), .none)
        var parts: [UploadedPart] = []
        for start in stride(from: 0, to: Self.content.count, by: Self.unit + 99) {
            let part = Self.content[start..<min(start + Self.unit + 99, Self.content.count)]
            parts.append(try await store.uploadPart(parts.count + 1, of: upload, ByteBuffer(bytes: part)))
        }
        return try await store.completeUpload(upload, parts)
    }

    private func failure(_ server: SessionServer) async -> StoreError? {
        do throws(StoreError) {
            _ = try await upload(to: server)
            return nil
        } catch {
            return error
        }
    }
}

private struct FixedIdentity: IdentitySource {
    func current() async -> GCSIdentity {
        let token = AccessToken(value: Secret("token"), expiration: nil)
        let credentials = GoogleCredentials(token: token, quotaProject: nil, universe: Google.universe)
        let source = GCSCredentialSource(owner: .user, place: .metadataService)
        return Identity(FoundCredentials(credentials, source: source))
    }

    func refresh(replacing identity: GCSIdentity) async {}
}

/// A resumable session of one object.
/// Source of the protocol: <https://cloud.google.com/storage/docs/performing-resumable-uploads>
private final class SessionServer: HTTPTransport {
    enum Quirk: String, CaseIterable, Sendable {
        case none
        /// Of every request, all but some units.
        case keepsHalf
        /// It keeps what it is sent, and the answer does not arrive.
        case losesAnswers
        case losesTheLastAnswer
        /// It is done, and what comes back is no answer to it.
        case garblesTheLastAnswer
        case answers503
        case losesWhatItHad, keepsNothing, forgets, sendsElsewhere, altersAByte

        static let passing: [Quirk] = [
            .none, .keepsHalf, .losesAnswers, .losesTheLastAnswer, .garblesTheLastAnswer, .answers503,
        ]
    }

    fileprivate struct State {
        var content: [UInt8] = []
        var object: [UInt8]?
        var tokens: [String: Int] = [:]
        var requests = 0
    }

    private let quirk: Quirk
    private let state = Mutex(State())

    init(_ quirk: Quirk) { self.quirk = quirk }

    var object: [UInt8]? { state.withLock { $0.object } }
    /// How many requests with a token came to each host.
    var tokens: [String: Int] { state.withLock { $0.tokens } }

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        let quirk = quirk
        let result = state.withLock { state in
            Result { () throws(HTTPFailure) in try state.answer(request, quirk) }
        }
        let (status, headers, body) = try result.get()
        return HTTPResponse(status: status, headers: headers, body: OneChunk(ByteBuffer(string: body)))
    }
}

extension SessionServer.State {
    typealias Answer = (status: Int, headers: HTTPHeaders, body: String)

    mutating func answer(_ request: HTTPRequest, _ quirk: SessionServer.Quirk) throws(HTTPFailure) -> Answer {
        if request.headers.contains(name: "authorization") { tokens[request.url.host, default: 0] += 1 }
        guard request.method == .PUT else {
            let host = quirk == .sendsElsewhere ? "elsewhere.example" : request.url.host
            return (200, ["location": "https://\(host)/upload/session?upload_id=1"], "")
        }
        requests += 1
        if let object { return made(object) }
        if quirk == .forgets, requests > 2 { return (410, [:], "gone") }
        if quirk == .answers503, requests % 3 == 1 { return (503, [:], "") }
        guard case .bytes(let body) = request.body, body.readableBytes > 0 else { return kept() }
        keep(body, request, quirk)
        if quirk == .losesAnswers, requests % 3 == 1 { throw HTTPFailure(.closed, "the connection ended") }
        if quirk == .losesTheLastAnswer, object != nil { throw HTTPFailure(.closed, "the connection ended") }
        if quirk == .garblesTheLastAnswer, object != nil { return (200, [:], "{") }
        return object.map(made) ?? kept()
    }

    private mutating func keep(_ body: ByteBuffer, _ request: HTTPRequest, _ quirk: SessionServer.Quirk) {
        let range = request.headers.first(name: "content-range") ?? ""
        let isLast = !range.hasSuffix("*")
        #expect(range.hasPrefix("bytes \(content.count)-\(content.count + body.readableBytes - 1)/"))
        #expect(isLast || body.readableBytes.isMultiple(of: GCSSession.unit))
        switch quirk {
        case .keepsNothing: return
        case .losesWhatItHad where !content.isEmpty: content.removeLast(GCSSession.unit / 2)
        case .keepsHalf where body.readableBytes > GCSSession.unit / 2:
            content += body.readableBytesView.prefix(GCSSession.unit / 2)
        default:
            content += body.readableBytesView
            if quirk == .altersAByte { content[content.count / 2] ^= 1 }
            if isLast { object = content }
        }
    }

    private func kept() -> Answer {
        (308, content.isEmpty ? [:] : ["range": "bytes=0-\(content.count - 1)"], "")
    }

    private func made(_ object: [UInt8]) -> Answer {
        let checksum = Base64.encode(ContentChecksum.bigEndian(ContentChecksum.crc32c(0, ByteBuffer(bytes: object))))
        return (
            200, [:], "{\"size\": \"\(object.count)\", \"generation\": \"1\", \"crc32c\": \"\(checksum)\"}"
        )
    }
}

private struct OneChunk: BodyStream {
    typealias Failure = any Error

    let chunk: ByteBuffer

    init(_ chunk: ByteBuffer) { self.chunk = chunk }

    func makeAsyncIterator() -> Iterator { Iterator(chunk: chunk) }

    struct Iterator: AsyncIteratorProtocol {
        var chunk: ByteBuffer?

        mutating func next() async throws -> ByteBuffer? {
            defer { chunk = nil }
            return chunk
        }
    }
}
