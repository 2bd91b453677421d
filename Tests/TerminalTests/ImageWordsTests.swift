import AssetModel
import Execution
import ImageFormat
import ObjectStore
import Testing
import Words

@testable import AssetsCommand
@testable import Operations
@testable import Registry
@testable import StoreTransport

@Suite("words for images and registries")
struct ImageWordsTests {
    private let reference = RegistryReference(host: "registry.example", repository: "team/assets", tag: "1")
    private let place = RegistryCredentialPlace(path: "/home/a/.docker/config.json", variable: nil)
    private var helped: RegistryCredentialSource {
        RegistryCredentialSource(place: place, helper: "docker-credential-pass")
    }

    @Test("whatever keeps an image from being written or pushed")
    func images() throws {
        let pin = try pin("nlp/lexicon:2.0")
        let path = try RelativePath("en/words.txt")
        let formats: [ImageFault] = [
            .nothing, .whiteout(pin, path), .unknownContent(pin, path), .unknownContent(pin, nil),
            .malformed(.manifest),
            .noPlatform(ImagePlatform.standard[0], known: Array(ImagePlatform.standard.dropFirst())),
        ]
        let lost = StoreError(.notFound, operation: .get, address: "s3://acme/nlp/lexicon/2.0")
        let faults: [ImagingFault] =
            formats.map { .format($0) } + [
                .altered(AlteredContent(pin: pin, path: path, expected: "sha256:0a", actual: "sha256:0b")),
                .altered(AlteredContent(pin: pin, path: nil, expected: "3 bytes", actual: "4 bytes")),
                .notFetched(pin, .store(lost)), .notALayout(path: "/out"), .notInLock(pin), .offline,
                .noBase(reference), .pushByDigest(reference), .tooManyLayers(130, limit: 127),
                .layerTooLarge([pin], bytes: 20_000_000_000, limit: 10_000_000_000, host: "registry.example"),
            ]
        try expectGolden(goldenText(faults.map { Problem($0) }), "words-images.txt")
    }

    @Test("every kind and cause of a registry's error, and what is no reference")
    func registries() throws {
        func error(_ kind: StoreError.Kind, _ cause: StoreError.Cause? = nil) -> StoreError {
            var error = StoreError(
                kind, operation: .push, address: reference.description, detail: "what it said",
                notes: [RegistryNote.noCredentials])
            error.cause = cause
            return error
        }
        let causes: [StoreError.Cause] = [
            .noCredentials, .unusableCredentials(AnyErrorDetail(RegistryCredentialFault.missing(place))),
            .rejectedCredentials(by: "registry.example", code: nil, status: 401), .unreachable, .foreignPage, .failing,
        ]
        var encrypted = error(.unavailable, .unreachable)
        encrypted.remedy = AnyErrorDetail(NetworkAdvice.useHTTP)
        let errors =
            StoreError.Kind.allCases.map { error($0) } + causes.map { error(.unauthenticated, $0) } + [encrypted]
        let long = "a.b/" + String(repeating: "a", count: 260)
        let references = ["-/a", "registry.example/A", "a:?", "a@sha256:0a", long]
        let faults = references.map { text in
            do throws(RegistryReferenceFault) {
                return "\(try RegistryReference(text))"
            } catch {
                return error.words(of: String(text.prefix(20)))
            }
        }
        let lines = faults + [RegistryReferenceFault.host("a b").words(of: "a b/c")]
        try expectGolden(
            goldenText(errors.map { Problem(registry: $0) }) + "\n" + lines.map { $0 + "\n" }.joined(),
            "words-registry.txt")
    }

    @Test("what to do about a registry that cannot be reached is said of registries")
    func unreachable() {
        let hints: [(NetworkAdvice, String)] = [
            (.useHTTP, "--plain-http"), (.trustCertificates(variable: "SSL_CERT_FILE"), "set SSL_CERT_FILE"),
            (.useValidHost, "the certificate is valid for"), (.checkProxy, "HTTPS_PROXY"),
            (.checkEndpoint, "the name of the host"), (.checkNames, "the name of the host"),
            (.checkConnection, "the name of the host"),
        ]
        for (advice, words) in hints {
            var error = StoreError(.unavailable, operation: .push, address: reference.description)
            (error.cause, error.remedy) = (.unreachable, AnyErrorDetail(advice))
            #expect(Problem(registry: error).hint?.contains(words) == true)
        }
    }

    @Test("what registries answer, and their credentials")
    func details() throws {
        let details: [RegistryDetail] = [
            .digestMismatch, .otherDigest(expected: "sha256:0a", actual: "sha256:0b"),
            .keepsOtherDigest(expected: "sha256:0a", actual: "sha256:0b"), .computed(digest: "sha256:0a"),
            .tooManyRedirects(limit: 5), .leadsToPlainText(origin: "http://a"),
        ]
        let responses: [RegistryResponseFault] = [.manifestMismatch, .noLocation]
        let byVariable = RegistryCredentialSource(
            place: RegistryCredentialPlace(path: nil, variable: "DOCKER_AUTH_CONFIG"), helper: nil)
        let notes: [RegistryNote] = [
            .noCredentials, .credentials(user: "ann", byVariable), .credentials(user: nil, helped),
        ]
        let advice: [RegistryAdvice] = [
            .logIn, .grantPull("a"), .grantPush("a"), .createRepository("a"), .raiseLimit,
        ]
        try expectDetails(details + responses + notes + advice + credentialFaults, "details-registry.txt")
    }

    private var credentialFaults: [any ErrorDetail] {
        let answer = ServiceAnswer(status: 401, code: "UNAUTHORIZED", message: nil)
        let origin = "https://auth.example"
        let helpers: [RegistryHelperFault] = [
            .fault(.interrupted), .exited(status: 1, said: nil), .exited(status: 1, said: "locked"), .printedNone,
        ]
        let unreadable = ConfigurationFault(ConnectionSettingFault.invalidEndpoint(shown: "a"))
        let faults: [RegistryCredentialFault] =
            [
                .unreachable(UnreachableService(origin: origin, detail: .said("connection refused"))),
                .insecureRealm(shown: "http://auth.example"), .noToken(origin: origin),
                .tokenServerFailed(origin: origin, answer), .denied(origin: origin, answer),
                .rejected(origin: origin, helped, answer), .unreadable(unreadable), .missing(place),
                .notCredentials(place), .helperName("a b", place),
            ] + helpers.map { .helper("docker-credential-pass", $0, place) }
        return faults
    }
}
