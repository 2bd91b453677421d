import AssetModel
import NIOCore
import NIOHTTP1
import StoreTransport
import Synchronization

@testable import Registry

/// A registry in memory, with a token server, which can be told to be difficult.
final class FakeRegistry: HTTPTransport {
    struct State {
        var blobs: [String: [UInt8]] = [:]
        var manifests: [String: (type: String, bytes: [UInt8])] = [:]
        /// `PUT /v2/a/blobs/uploads/1 (Bearer token-1)`
        var log: [String] = []
        var tokens = 0
    }

    /// Answers in place of the registry, where it is not nil.
    typealias Quirk = @Sendable (HTTPRequest, Int) throws(HTTPFailure) -> HTTPResponse?

    let state = Mutex(State())
    private let needsToken: Bool
    private let lifetime: Int?
    private let quirk: Quirk

    init(needsToken: Bool = false, lifetime: Int? = nil, quirk: @escaping Quirk = { _, _ in nil }) {
        self.needsToken = needsToken
        self.lifetime = lifetime
        self.quirk = quirk
    }

    var log: [String] { state.withLock { $0.log } }

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        let authorization = request.headers.first(name: "authorization")
        let number = state.withLock { state in
            let words =
                "\(request.method) \(request.url.host == "r.example" ? "" : request.url.host)\(request.url.target)"
            state.log.append(words + (authorization.map { " (\($0))" } ?? ""))
            return state.log.count
        }
        if let answer = try quirk(request, number) { return answer }
        if request.url.host == "auth.example" { return token() }
        if needsToken, authorization?.hasPrefix("Bearer token-") != true { return Self.challenge }
        do {
            return try await answer(request)
        } catch let failure as HTTPFailure {
            throw failure
        } catch {
            throw HTTPFailure(.content, "\(error)")
        }
    }

    static let challenge = FakeRegistry.reply(
        401, ["www-authenticate": "Bearer realm=\"https://auth.example/token\",service=\"r.example\""])

    private func token() -> HTTPResponse {
        let number = state.withLock { state in
            state.tokens += 1
            return state.tokens
        }
        let lasts = lifetime.map { ", \"expires_in\": \($0)" } ?? ""
        return Self.reply(200, [:], "{\"token\": \"token-\(number)\"\(lasts)}")
    }

    private func answer(_ request: HTTPRequest) async throws -> HTTPResponse {
        let parts = request.url.path.split(separator: "/").map(String.init)
        let query = String(request.url.query)
        switch (request.method, parts.dropLast().last) {
        case (.POST, "blobs"): return Self.reply(202, ["location": "/v2/a/blobs/uploads/1?state=x"])
        case (.PUT, "uploads"):
            let content = try await request.body.gathered()
            let digest = SHA256Digest(bytes: Digests.sha256(content)).tagged
            guard PercentEncoding.decode(query).contains("digest=\(digest)") else {
                return Self.reply(400, [:], "{\"errors\": [{\"code\": \"DIGEST_INVALID\"}]}")
            }
            state.withLock { $0.blobs[digest] = content }
            return Self.reply(201, ["docker-content-digest": digest])
        case (.PUT, "manifests"):
            let content = try await request.body.gathered()
            let type = request.headers.first(name: "content-type") ?? ""
            state.withLock { $0.manifests[parts.last ?? ""] = (type, content) }
            return Self.reply(201)
        case (_, "blobs"):
            guard let bytes = state.withLock({ $0.blobs[parts.last ?? ""] }) else { return Self.reply(404) }
            return Self.reply(200, [:], String(decoding: bytes, as: UTF8.self))
        case (_, "manifests"):
            guard let manifest = state.withLock({ $0.manifests[parts.last ?? ""] }) else { return Self.reply(404) }
            return Self.reply(200, ["content-type": manifest.type], String(decoding: manifest.bytes, as: UTF8.self))
        default: return Self.reply(404)
        }
    }

    static func reply(_ status: Int, _ headers: HTTPHeaders = [:], _ body: String = "") -> HTTPResponse {
        var headers = headers
        headers.replaceOrAdd(name: "content-length", value: "\(body.utf8.count)")
        return HTTPResponse(status: status, headers: headers, body: OneBuffer(ByteBuffer(string: body)))
    }

    func client(
        _ purpose: RegistryClient.Purpose = .push, variables: [String: String] = [:],
        now: @escaping @Sendable () -> Double = { 0 }
    ) throws -> RegistryClient {
        let environment = ProviderEnvironment(variables: variables, now: now)
        let settings = RegistrySettings(
            environment, isPlain: false, transport: self, credentialTransport: self, window: 4, budget: 30,
            log: RetryLog())
        return RegistryClient(try RegistryReference("r.example/a:1"), settings, for: purpose)
    }
}

extension HTTPBody {
    fileprivate func gathered() async throws -> [UInt8] {
        switch self {
        case .empty: return []
        case .bytes(let buffer): return Array(buffer.readableBytesView)
        case .stream(let content):
            var bytes: [UInt8] = []
            for try await piece in try await content.open() { bytes += piece.readableBytesView }
            return bytes
        }
    }
}
