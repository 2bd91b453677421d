import AssetModel
import NIOCore
import NIOHTTP1
import ObjectStore
import StoreTransport
import Synchronization
import Testing

@testable import Registry

@Suite("Requests to a registry") struct RegistryClientTests {
    private static let blob = BytesBlob(Array("content".utf8))

    // MARK: Uploads

    @Test("a blob is sent by one request that begins, and one that has all of it")
    func upload() async throws {
        let registry = FakeRegistry()
        #expect(try await registry.client().upload(Self.blob) == .sent)
        #expect(registry.state.withLock { $0.blobs[Self.blob.digest.tagged] } == Array("content".utf8))
        #expect(
            registry.log == [
                "POST /v2/a/blobs/uploads/",
                "PUT /v2/a/blobs/uploads/1?state=x&digest=sha256%3A\(Self.blob.digest.hex)",
            ])
    }

    struct Commit: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Of the first request that has the blob; nil: the connection is cut.
        let status: Int?
        var code = ""
        /// Whether the registry has the blob all the same.
        let hasIt: Bool
        let delivery: BlobDelivery?
        let posts: Int
    }

    private static let commits = [
        Commit(testDescription: "cut, and kept", status: nil, hasIt: true, delivery: .present, posts: 1),
        Commit(testDescription: "cut, and lost", status: nil, hasIt: false, delivery: .sent, posts: 2),
        Commit(
            testDescription: "an upload that is gone, and kept", status: 404, code: "BLOB_UPLOAD_UNKNOWN", hasIt: true,
            delivery: .present, posts: 1),
        Commit(
            testDescription: "an upload that is gone, and lost", status: 404, code: "BLOB_UPLOAD_UNKNOWN", hasIt: false,
            delivery: .sent, posts: 2),
        Commit(
            testDescription: "an upload that is out of order", status: 400, code: "BLOB_UPLOAD_INVALID", hasIt: false,
            delivery: .sent, posts: 2),
        Commit(
            testDescription: "a gateway's time-out, and kept", status: 504, hasIt: true, delivery: .present, posts: 1),
        Commit(testDescription: "too many requests", status: 429, hasIt: false, delivery: .sent, posts: 2),
        Commit(
            testDescription: "another digest", status: 400, code: "DIGEST_INVALID", hasIt: false, delivery: nil,
            posts: 1),
        Commit(testDescription: "too large", status: 413, hasIt: false, delivery: nil, posts: 1),
        Commit(testDescription: "forbidden", status: 403, hasIt: false, delivery: nil, posts: 1),
    ]

    @Test("where it is not known whether a blob was kept, the registry is asked", arguments: commits)
    func commit(commit: Commit) async throws {
        let isFirst = Mutex(true)
        let registry = FakeRegistry { request, _ throws(HTTPFailure) in
            let isDue = isFirst.withLock { isFirst in
                guard request.method == .PUT else { return false }
                defer { isFirst = false }
                return isFirst
            }
            guard isDue else {
                guard request.method == .HEAD, commit.hasIt else { return nil }
                return FakeRegistry.reply(200)
            }
            guard let status = commit.status else { throw HTTPFailure(.closed, "connection reset") }
            return FakeRegistry.reply(status, [:], "{\"errors\": [{\"code\": \"\(commit.code)\"}]}")
        }
        let delivery = try? await registry.client().upload(Self.blob)
        #expect(delivery == commit.delivery)
        #expect(registry.log.count { $0.hasPrefix("POST") } == commit.posts)
    }

    @Test("an upload may go on anywhere, and another host is told no token")
    func elsewhere() async throws {
        let places = [
            "https://uploads.example/x/1?sig=s", "//uploads.example/x/1?sig=s",
            "http://r.example/v2/a/blobs/uploads/1?sig=s", "1?sig=s",
        ]
        let lines = [
            "PUT uploads.example/x/1?sig=s&digest=", "PUT uploads.example/x/1?sig=s&digest=",
            "PUT /v2/a/blobs/uploads/1?sig=s&digest=", "PUT /v2/a/blobs/uploads/1?sig=s&digest=",
        ]
        for (place, line) in zip(places, lines) {
            let registry = FakeRegistry(needsToken: true) { request, _ in
                if request.url.host == "uploads.example" { return FakeRegistry.reply(201) }
                guard request.method == .POST, request.headers.contains(name: "authorization") else { return nil }
                return FakeRegistry.reply(202, ["location": place])
            }
            #expect(try await registry.client().upload(Self.blob) == .sent)
            let put = registry.log.last ?? ""
            #expect(put.hasPrefix(line), "\(put)")
            #expect(put.contains("Bearer") == !line.contains("uploads.example"), "\(put)")
        }
    }

    @Test("an upload does not go on in the clear at another host")
    func downgraded() async throws {
        let registry = FakeRegistry { request, _ in
            request.method == .POST ? FakeRegistry.reply(202, ["location": "http://uploads.example/1"]) : nil
        }
        let error = await #expect(throws: StoreError.self) { try await registry.client().upload(Self.blob) }
        #expect(error?.kind == .invalidAnswer)
    }

    @Test("what the source throws is thrown as it is")
    func unreadable() async throws {
        struct Unreadable: Error {}
        struct Source: BlobSource {
            let digest = RegistryClientTests.blob.digest
            let size: Int64 = 7
            func open() async throws -> any AsyncSequence<ByteBuffer, any Error> & Sendable { throw Unreadable() }
        }
        let registry = FakeRegistry()
        await #expect(throws: Unreadable.self) { try await registry.client().upload(Source()) }
        #expect(registry.log.count == 2)
    }

    // MARK: Mounts

    @Test(
        "a blob is mounted where that is done, and sent where it is not",
        arguments: [(201, BlobDelivery.mounted, 1), (202, .sent, 2), (403, .sent, 3), (404, .sent, 3), (400, .sent, 3)])
    func mount(status: Int, delivery: BlobDelivery, requests: Int) async throws {
        let registry = FakeRegistry { request, _ in
            guard request.url.query.contains("mount=") else { return nil }
            return FakeRegistry.reply(status, status == 202 ? ["location": "/v2/a/blobs/uploads/2"] : [:])
        }
        #expect(try await registry.client().upload(Self.blob, mountingFrom: "base/os") == delivery)
        #expect(registry.log.count == requests)
        #expect(registry.log[0].hasSuffix("/?mount=sha256%3A\(Self.blob.digest.hex)&from=base%2Fos"))
    }

    @Test("a mount asks for a token for both repositories")
    func mountScope() async throws {
        let registry = FakeRegistry(needsToken: true)
        _ = try await registry.client().upload(Self.blob, mountingFrom: "base/os")
        let asked = registry.log.filter { $0.contains("auth.example") }
        #expect(asked[0].contains("scope=repository%3Aa%3Apull%2Cpush&scope=repository%3Abase%2Fos%3Apull"), "\(asked)")
    }

    // MARK: Tokens

    @Test(
        "a token is asked for once, and used until shortly before it expires", arguments: [(nil, 60.0), (300, 300.0)])
    func tokens(lifetime: Int?, seconds: Double) async throws {
        let clock = Mutex(0.0)
        let registry = FakeRegistry(needsToken: true, lifetime: lifetime)
        let client = try registry.client(now: { clock.withLock { $0 } })
        func tokens() async throws -> Int {
            _ = try await client.hasBlob(Self.blob.digest)
            return registry.state.withLock { $0.tokens }
        }
        #expect(try await tokens() == 1)
        clock.withLock { $0 = seconds / 2 }
        #expect(try await tokens() == 1)
        clock.withLock { $0 = seconds - 5 }
        #expect(try await tokens() == 2)
    }

    @Test("a token that is refused early is replaced once for a request")
    func refusedToken() async throws {
        let registry = FakeRegistry(needsToken: true) { request, _ in
            let token = request.headers.first(name: "authorization")
            return token == "Bearer token-1" && request.method == .PUT ? FakeRegistry.challenge : nil
        }
        #expect(try await registry.client().upload(Self.blob) == .sent)
        #expect(registry.state.withLock { $0.tokens } == 2)
    }

    @Test("a registry that refuses a new token too does not permit it: the grant was partial")
    func partialGrant() async throws {
        let registry = FakeRegistry(needsToken: true) { request, _ in
            request.method == .POST && request.url.host == "r.example" ? FakeRegistry.challenge : nil
        }
        let file = "{\"auths\": {\"r.example\": {\"username\": \"me\", \"password\": \"hunter2\"}}}"
        let error = await #expect(throws: StoreError.self) {
            try await registry.client(variables: ["DOCKER_AUTH_CONFIG": file]).upload(Self.blob)
        }
        #expect(error?.kind == .permissionDenied)
        let source = RegistryCredentialSource(
            place: RegistryCredentialPlace(path: nil, variable: "DOCKER_AUTH_CONFIG"), helper: nil)
        #expect(error?.notes.contains(AnyErrorDetail(RegistryNote.credentials(user: "me", source))) == true)
        #expect(registry.state.withLock { $0.tokens } == 1)
        #expect("\(String(describing: error))".contains("hunter2") == false)
    }

    @Test("a look at a blob that is refused is no answer, and others are not looked for", arguments: [401, 403])
    func refusedLook(status: Int) async throws {
        let registry = FakeRegistry { request, _ in
            request.method == .HEAD ? FakeRegistry.reply(status) : nil
        }
        let client = try registry.client()
        #expect(try await client.hasBlob(Self.blob.digest) == false)
        #expect(try await client.hasBlob(BytesBlob([1]).digest) == false)
        #expect(registry.log.count == 1)
        #expect(try await client.upload(Self.blob) == .sent)
    }

    @Test("a password that the token server refuses is told, without it")
    func refusedPassword() async throws {
        let registry = FakeRegistry(needsToken: true) { request, _ in
            guard request.url.host == "auth.example" else { return nil }
            let sent = request.headers.first(name: "authorization") ?? ""
            return FakeRegistry.reply(401, [:], "{\"details\": \"\(sent) is wrong\"}")
        }
        let file = "{\"auths\": {\"r.example\": {\"username\": \"me\", \"password\": \"hunter2\"}}}"
        let error = await #expect(throws: StoreError.self) {
            try await registry.client(variables: ["DOCKER_AUTH_CONFIG": file]).manifest()
        }
        #expect(error?.kind == .unauthenticated)
        let words = String(describing: error)
        #expect(words.contains("[secret] is wrong"))
        #expect(!words.contains(Base64.encode(Array("me:hunter2".utf8))))
    }

    @Test("an identity token is sent as a form, and where that is not known with a GET", arguments: [200, 404, 405])
    func identityToken(status: Int) async throws {
        let forms = Mutex<[String]>([])
        let registry = FakeRegistry(needsToken: true) { request, _ in
            guard request.method == .POST, request.url.host == "auth.example", case .bytes(let form) = request.body
            else { return nil }
            forms.withLock { $0.append(String(buffer: form)) }
            return status == 200
                ? FakeRegistry.reply(200, [:], "{\"access_token\": \"token-9\", \"expires_in\": 60}")
                : FakeRegistry.reply(status)
        }
        let file = "{\"auths\": {\"r.example\": {\"identitytoken\": \"a/b\"}}}"
        _ = try await registry.client(.pull, variables: ["DOCKER_AUTH_CONFIG": file]).manifest()
        #expect(
            forms.withLock { $0 } == [
                "grant_type=refresh_token&service=r.example&client_id=modelkit-assets&scope=repository%3Aa%3Apull"
                    + "&refresh_token=a%2Fb"
            ])
        #expect(registry.log.contains { $0.hasPrefix("GET auth.example") } == (status != 200))
    }

    @Test("credentials do not go to a token server in the clear")
    func plainRealm() async throws {
        let registry = FakeRegistry { _, _ in
            FakeRegistry.reply(401, ["www-authenticate": "Bearer realm=\"http://auth.example/token\""])
        }
        let error = await #expect(throws: StoreError.self) { try await registry.client().manifest() }
        #expect(error?.kind == .unauthenticated)
        #expect(registry.log.count == 1)
    }

    @Test("a registry of Basic authentication gets the password, and is not asked again where it refuses it")
    func basic() async throws {
        let registry = FakeRegistry { _, _ in FakeRegistry.reply(401, ["www-authenticate": "Basic realm=\"x\""]) }
        let file = "{\"auths\": {\"r.example\": {\"username\": \"me\", \"password\": \"hunter2\"}}}"
        let error = await #expect(throws: StoreError.self) {
            try await registry.client(variables: ["DOCKER_AUTH_CONFIG": file]).manifest()
        }
        #expect(error?.kind == .unauthenticated)
        #expect(
            registry.log == [
                "GET /v2/a/manifests/1", "GET /v2/a/manifests/1 (Basic \(Base64.encode(Array("me:hunter2".utf8))))",
            ])
    }

    // MARK: Reading

    @Test("a redirect is followed, and another host is told no token")
    func redirect() async throws {
        let registry = FakeRegistry(needsToken: true) { request, _ in
            if request.url.host == "blobs.example" { return FakeRegistry.reply(200, [:], "content") }
            guard request.url.path.contains("/blobs/"), request.headers.contains(name: "authorization") else {
                return nil
            }
            return FakeRegistry.reply(307, ["location": "https://blobs.example/x?sig=1"])
        }
        #expect(try await registry.client(.pull).content(of: Self.blob.digest) == Array("content".utf8))
        #expect(registry.log.last == "GET blobs.example/x?sig=1")
    }

    @Test("redirects without end are not followed")
    func redirectLoop() async throws {
        let registry = FakeRegistry { _, _ in FakeRegistry.reply(302, ["location": "/again"]) }
        let error = await #expect(throws: StoreError.self) { try await registry.client(.pull).manifest() }
        #expect(error?.kind == .invalidAnswer)
        #expect(registry.log.count == 6)
    }

    @Test("content that does not match its digest is told")
    func otherContent() async throws {
        let registry = FakeRegistry { _, _ in FakeRegistry.reply(200, [:], "other") }
        let client = try registry.client(.pull)
        for read in [
            { try await client.content(of: Self.blob.digest).count },
            { try await client.manifest(Self.blob.digest.tagged)?.bytes.count ?? 0 },
        ] {
            let error = await #expect(throws: StoreError.self) { try await read() }
            #expect(error?.kind == .changed)
        }
    }

    @Test("no manifest is nil, also of a repository that is not there")
    func absent() async throws {
        let registry = FakeRegistry { _, _ in
            FakeRegistry.reply(404, [:], "{\"errors\": [{\"code\": \"NAME_UNKNOWN\"}]}")
        }
        #expect(try await registry.client().manifest() == nil)
    }

    @Test("a repository that is not there cannot be pushed to")
    func unknownRepository() async throws {
        let registry = FakeRegistry { _, _ in
            FakeRegistry.reply(404, [:], "{\"errors\": [{\"code\": \"NAME_UNKNOWN\"}]}")
        }
        let error = await #expect(throws: StoreError.self) { try await registry.client().upload(Self.blob) }
        #expect(error?.kind == .permissionDenied)
        #expect(error?.remedy == AnyErrorDetail(RegistryAdvice.createRepository("a")))
    }

    @Test("a registry that asks to wait is waited for")
    func slowDown() async throws {
        let registry = FakeRegistry { request, number in
            number == 1 ? FakeRegistry.reply(429, ["retry-after": "1"]) : nil
        }
        let client = try registry.client()
        let start = ContinuousClock.now
        #expect(try await client.hasBlob(Self.blob.digest) == false)
        #expect(ContinuousClock.now - start >= .seconds(1))
        #expect(client.slowDowns == 1)
    }

    // MARK: What is attached

    @Test("where a registry has no lists, a tag has what is attached, and keeps what it had")
    func attached() async throws {
        let registry = FakeRegistry()
        let client = try registry.client()
        let subject = Self.blob.digest
        func attach(_ text: String) async throws {
            let manifest = RegistryManifest(
                mediaType: RegistryManifest.image, bytes: Array("{\"x\": \"\(text)\"}".utf8))
            try await client.attach(manifest, of: "application/x", to: subject)
        }
        try await attach("1")
        let known =
            "{\"schemaVersion\": 2, \"manifests\": [{\"digest\": \"sha256:\(subject.hex)\", \"mediaType\": \"m\", \"size\": 1, \"z\": 1}]}"
        registry.state.withLock { $0.manifests["sha256-\(subject.hex)"]?.bytes = Array(known.utf8) }
        try await attach("2")
        try await attach("2")
        let found = try await client.referrers(of: subject)
        #expect(found.map(\.mediaType) == ["m", RegistryManifest.image])
        #expect(try await client.referrers(of: subject, type: "application/x").count == 1)
        let bytes = registry.state.withLock { $0.manifests["sha256-\(subject.hex)"]?.bytes ?? [] }
        #expect(String(decoding: bytes, as: UTF8.self).contains("\"z\":1"))
    }

    @Test("a registry that lists what is attached is not given a tag, and its pages are all read")
    func listed() async throws {
        let registry = FakeRegistry { request, _ in
            if request.method == .PUT { return FakeRegistry.reply(201, ["oci-subject": "sha256:x"]) }
            guard request.url.path.contains("/referrers/") else { return nil }
            let digest = String(repeating: request.url.query.contains("page=2") ? "b" : "a", count: 64)
            let link = request.url.query.contains("page=2") ? "" : "</v2/a/referrers/x?page=2>; rel=\"next\""
            let text =
                "{\"schemaVersion\": 2, \"manifests\": [{\"digest\": \"sha256:\(digest)\", \"mediaType\": \"m\", \"size\": 1}]}"
            return FakeRegistry.reply(200, ["link": link], text)
        }
        let client = try registry.client()
        try await client.attach(
            RegistryManifest(mediaType: RegistryManifest.image, bytes: [0x7B, 0x7D]), of: "x", to: Self.blob.digest)
        #expect(registry.log.count == 1)
        #expect(try await client.referrers(of: Self.blob.digest).map(\.digest.hex.first) == ["a", "b"])
    }
}
