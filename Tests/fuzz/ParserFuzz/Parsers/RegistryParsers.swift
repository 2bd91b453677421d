import AssetModel
import ObjectStore

@testable import Registry
@testable import StoreTransport

extension Parser {
    /// What a registry and its token server answer, written as S3's answers are.
    static let registryAnswers = Parser("registry-answers") { bytes in
        let environment = ProviderEnvironment(variables: ["DOCKER_AUTH_CONFIG": credentials]) { 1_700_000_000 }
        let settings = RegistrySettings(
            environment, isPlain: false, transport: Answer(bytes), credentialTransport: Answer(bytes), window: 4,
            budget: 0,
            log: RetryLog())
        let client = RegistryClient(
            RegistryReference(host: "r.example", repository: "a", tag: "1"), settings, for: .push)
        let blob = BytesBlob(Array("content".utf8))
        var verdict = Verdict.refused
        func ask(_ body: () async throws -> Bool) async throws {
            do {
                if try await body() { verdict = .accepted }
            } catch let error as StoreError {
                try expectShowable(error)
            }
        }
        try await ask { try await client.manifest() != nil }
        try await ask { try await client.manifest(blob.digest.tagged) != nil }
        try await ask { try await client.hasBlob(blob.digest) }
        try await ask { try await client.content(of: blob.digest).count > 0 }
        try await ask {
            for try await _ in try await client.blob(blob.digest, size: 7) {}
            return true
        }
        try await ask { try await !client.referrers(of: blob.digest).isEmpty }
        try await ask { try await client.upload(blob) != .present }
        return verdict
    }

    private static let credentials = "{\"auths\": {\"r.example\": {\"username\": \"me\", \"password\": \"hunter2\"}}}"

    /// What Docker and podman keep credentials in, and the names that are looked for there.
    static let registryFiles = Parser("registry-files") { bytes in
        guard let file = CredentialFile(bytes) else { return .refused }
        let keys = CredentialKeys(RegistryReference(host: "r.example", repository: "team/assets"))
        let found = file.credentials(of: keys)
        if case .password(let user, _) = found { try expect(!user.isEmpty, "a user without a name") }
        return found == nil && file.helper(of: keys) == nil ? .refused : .accepted
    }

    /// References of images, a line each.
    static let references = Parser("references") { bytes in
        var verdict = Verdict.refused
        for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
            guard let reference = try? RegistryReference(String(line)) else { continue }
            let again = try? RegistryReference(reference.description)
            try expect(again == reference, "\(reference) reads otherwise")
            verdict = .accepted
        }
        return verdict
    }
}
