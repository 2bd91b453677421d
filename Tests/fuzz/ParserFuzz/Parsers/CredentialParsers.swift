import AssetModel
import Glibc
import NIOHTTP1
import ObjectStore

@testable import StoreProviders
@testable import StoreTransport

extension Parser {
    /// What STS, metadata services, containers, processes and single sign-on answer, written as S3's answers are.
    static let awsAnswers = Parser("aws-answers") { bytes in
        let answer = Answer(bytes)
        let environment = ProviderEnvironment(
            variables: ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://localhost/credentials"]) { 1_700_000_000 }
        let settings = S3CredentialSettings(
            environment: environment, configuration: try S3Configuration(S3Overrides(), environment),
            transport: answer, sleep: { _ in })
        let service = SecurityTokenService(settings: settings, provider: "test")
        let key = AWSCredentials(accessKeyID: "a", secretAccessKey: Secret("b"))
        let found = [
            try await credentials { () throws(CredentialFailure) in
                try await service.assumeRoleWithWebIdentity([("RoleArn", "a")])
            },
            try await credentials { () throws(CredentialFailure) in
                _ = try await service.callerIdentity(key)
                return key
            },
            try await credentials { () throws(CredentialFailure) in
                try await ContainerCredentials(settings: settings).credentials()?.credentials
            },
            try await credentials { () throws(CredentialFailure) in
                try await InstanceCredentials(settings: settings).credentials()?.credentials
            },
            SingleSignOnAnswer(answer.body)?.credentials,
        ].compactMap(\.self)
        for credentials in found { _ = credentials.expiration.map { Timestamp.text($0) } }
        let token = SingleSignOnToken(answer.body)
        if let token {
            let again = token.document.flatMap { SingleSignOnToken(Array($0.utf8)) }
            try expect(again?.document == token.document, "the token's file reads otherwise")
            _ = (token.renewal, token.renewed(by: answer.body, now: 1_700_000_000)?.document)
        }
        return found.isEmpty && token == nil ? .refused : .accepted
    }

    private static func credentials(
        _ body: () async throws(CredentialFailure) -> AWSCredentials?
    ) async throws -> AWSCredentials? {
        do throws(CredentialFailure) {
            return try await body()
        } catch {
            try expectShowable(StoreError(error, address: "s3://acme"))
            return nil
        }
    }

    /// The file of GOOGLE_APPLICATION_CREDENTIALS
    static let googleFiles = Parser("google-files") { bytes in
        let answer = Answer(Array("200\n\n{\"access_token\": \"t\", \"expires_in\": 3600}".utf8))
        let token = try await token { () throws(CredentialFailure) in
            let source = try await source(bytes, answer)
            // Programs are run only where the environment allows it, and every server is this one.
            _ = try? await source.token(for: Google.storageScopes)
            return AccessToken(value: Secret("\(source.owner)"), expiration: nil)
        }
        return token == nil ? .refused : .accepted
    }

    private static func source(
        _ bytes: [UInt8], _ answer: Answer
    ) async throws(CredentialFailure) -> any TokenSource {
        let path = "\(Files.temporary)/parser-fuzz-google-\(getpid())"
        try? Files.write(bytes, to: path)
        defer { unlink(path) }
        let settings = GCSCredentialSettings(
            environment: ProviderEnvironment(variables: [:]) { 1_700_000_000 }, transport: answer, sleep: { _ in })
        return try await GCSCredentialChain(settings: settings, file: Setting(path, from: .builtIn)).find().tokens
    }

    /// What Google's token servers answer, written as S3's answers are.
    static let googleAnswers = Parser("google-answers") { bytes in
        let answer = Answer(bytes)
        let settings = GCSCredentialSettings(
            environment: ProviderEnvironment(variables: ["GCE_METADATA_HOST": "localhost"]) { 1_700_000_000 },
            transport: answer, sleep: { _ in })
        let url = HTTPURL(scheme: .https, host: "iamcredentials.googleapis.com", target: "/v1/a:generateAccessToken")
        let any = AccessToken(value: Secret("t"), expiration: nil)
        var found = [
            try await token { () throws(CredentialFailure) in
                try await TokenEndpoint(settings: settings, url: url, provider: "test").token([("a", "b")], secrets: [])
                    .token
            },
            try await token { () throws(CredentialFailure) in
                try await ImpersonatedToken(
                    settings: settings, url: url, provider: "test", delegates: nil, lifetime: 3600
                ).token(for: [], with: any)
            },
            try await token { () throws(CredentialFailure) in
                try await MetadataTokens(settings)?.token(for: Google.storageScopes)
            },
        ]
        // A token of another identity provider, as it is and in JSON.
        for format in [#"{"type": "text"}"#, #"{"type": "json", "subject_token_field_name": "token"}"#] {
            let file = #"""
                {"type": "external_account", "audience": "a", "token_url": "https://sts.googleapis.com/v1/token",
                "subject_token_type": "urn:ietf:params:oauth:token-type:jwt",
                "credential_source": {"url": "http://localhost/token", "format": \#(format)}}
                """#
            found.append(
                try await token { () throws(CredentialFailure) in
                    try await source(Array(file.utf8), answer).token(for: Google.storageScopes)
                })
        }
        for token in found { _ = token?.expiration.map { Timestamp.text($0) } }
        return found.compactMap(\.self).isEmpty ? .refused : .accepted
    }

    private static func token(
        _ body: () async throws(CredentialFailure) -> AccessToken?
    ) async throws -> AccessToken? {
        do throws(CredentialFailure) {
            return try await body()
        } catch {
            try expectShowable(StoreError(error, address: "gs://acme"))
            return nil
        }
    }
}
