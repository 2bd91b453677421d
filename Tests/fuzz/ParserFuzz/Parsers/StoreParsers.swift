import AssetModel
import AssetsTestSupport
import NIOCore
import NIOHTTP1
import ObjectStore

@testable import StoreProviders
@testable import StoreTransport

extension Parser {
    /// S3's answers: listings, objects, parts, errors. `200`, headers, an empty line and the body.
    static let s3Answers = Parser("s3-answers") { bytes in
        let answer = Answer(bytes)
        let environment = ProviderEnvironment(variables: [:]) { 1_700_000_000 }
        let configuration = try S3Configuration(S3Overrides(), environment)
        let store = S3Store(
            S3Context(
                transport: answer, identities: AnonymousIdentity(), endpoint: try S3Endpoint("acme", configuration),
                bucket: "acme", retries: retries, wantsChecksums: true, encryptionKey: nil, now: environment.now))
        return try await expectAnswers(of: store)
    }

    /// Google Cloud Storage's answers, written as S3's are.
    static let gcsAnswers = Parser("gcs-answers") { bytes in
        let store = GCSStore(
            GCSContext(
                transport: Answer(bytes), identities: AnonymousIdentity(), endpoint: nil, bucket: "acme",
                retries: retries, encryptionKey: nil))
        _ = try? await store.heldPermissions(["storage.objects.get"])
        return try await expectAnswers(of: store)
    }

    private static var retries: RetryContext {
        RetryContext(policy: RetryPolicy(attempts: 1, budget: 0), log: RetryLog(), window: 4)
    }

    /// The same answer to every request that a store can make.
    private static func expectAnswers(of store: some WritableStore) async throws -> Verdict {
        let key = ObjectKey("nlp/lexicon/2.0/en/words.txt")
        let content = ByteBuffer(string: "0123456789")
        var verdict = Verdict.refused
        func ask(_ body: () async throws -> Void) async throws {
            do {
                try await body()
                verdict = .accepted
            } catch let error as StoreError {
                try expectShowable(error)
            }
        }
        try await ask {
            let page = try await store.list(prefix: "nlp/", from: nil)
            try expect(page.objects.allSatisfy { $0.size >= 0 }, "a listed size is negative")
        }
        try await ask { _ = try await store.head(key) }
        try await ask { try await read(try await store.get(key, GetOptions())) }
        try await ask { try await read(try await store.get(key, GetOptions(range: 2..<8, entityTag: "\"x\""))) }
        try await ask { _ = try await store.put(key, content, .ifAbsent) }
        try await ask {
            guard let upload = try await store.unfinishedUpload(of: key, .none) else { return }
            try expect(upload.parts.values.allSatisfy { $0.size >= 0 }, "an uploaded part's size is negative")
        }
        try await ask {
            let upload = try await store.startUpload(of: key, .ifUnchanged("x"))
            let part = try await store.uploadPart(1, of: upload, content)
            _ = try await store.completeUpload(upload, [part])
        }
        try await ask { try await store.delete(key) }
        return verdict
    }

    private static func read(_ download: ObjectDownload) async throws {
        let (size, range) = (download.attributes.size, download.range)
        try expect(size >= 0 && range.lowerBound >= 0 && range.upperBound <= size, "\(range) of \(size) bytes come")
        guard case .stream(let chunks) = download.body else { return }
        for try await chunk in chunks { _ = chunk.readableBytes }
    }
}

/// A transport that answers everything alike.
struct Answer: HTTPTransport {
    let status: Int
    let headers: HTTPHeaders
    let body: [UInt8]

    /// Reads `200`, lines of `name: value`, an empty line and the body.
    init(_ bytes: [UInt8]) {
        var rest = bytes[...]
        func line() -> String {
            let line = rest.prefix { $0 != UInt8(ascii: "\n") }
            rest = rest.dropFirst(line.count + 1)
            return String(decoding: line, as: UTF8.self)
        }
        status = UInt16(line()).map(Int.init) ?? 200
        var headers = HTTPHeaders()
        while case let field = line(), let colon = field.utf8.firstIndex(of: UInt8(ascii: ":")) {
            let name = String(field[..<colon])
            // The HTTP library takes no other.
            guard name.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { continue }
            headers.add(
                name: name, value: String(field.utf8[field.utf8.index(after: colon)...].drop { $0 == 0x20 }) ?? "")
        }
        self.headers = headers
        body = Array(rest)
    }

    func send(_ request: HTTPRequest) async throws(HTTPFailure) -> HTTPResponse {
        HTTPResponse(status: status, headers: headers, body: Chunks(bytes: body))
    }

    private struct Chunks: BodyStream {
        let bytes: [UInt8]

        func makeAsyncIterator() -> Iterator { Iterator(rest: bytes[...]) }

        struct Iterator: AsyncIteratorProtocol {
            var rest: ArraySlice<UInt8>

            mutating func next() async throws -> ByteBuffer? {
                guard !rest.isEmpty else { return nil }
                defer { rest = rest.dropFirst(1000) }
                return ByteBuffer(bytes: rest.prefix(1000))
            }
        }
    }
}
