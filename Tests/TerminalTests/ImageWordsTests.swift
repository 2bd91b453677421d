import AssetModel
import Execution
import FileSystem
import Glibc
import ImageFormat
import ObjectStore
import Registry
import Testing

@testable import AssetsCommand
@testable import Operations

@Suite("words for images and registries")
struct ImageWordsTests {
    private let reference = RegistryReference(host: "registry.example.com", repository: "team/assets", tag: "1.4")

    @Test("whatever keeps an image from being written or pushed")
    func images() throws {
        let (pin, path) = (try TerminalTests.pin("nlp/lexicon:2.0"), try RelativePath("en/.wh.words"))
        let formats: [ImageFault] =
            [.nothing, .whiteout(pin, path), .unknownContent(pin, nil), .unknownContent(pin, path)]
            + [.malformed(.config), .malformed(.manifest), .malformed(.index)]
            + [.noPlatform(ImagePlatform.standard[1], known: [ImagePlatform.standard[0]])]
        let faults: [ImagingFault] =
            formats.map { .format($0) } + [
                .altered(AlteredContent(pin: pin, path: path, expected: "sha256:9f86d0", actual: "sha256:e3b0c4")),
                .altered(AlteredContent(pin: pin, path: nil, expected: "12 bytes", actual: "11 bytes")),
                .notFetched(pin, .file(FileError(path: "/srv/assets", attempt: "open", code: EACCES))),
                .notALayout(path: "image"), .notInLock(pin), .offline, .noBase(reference), .pushByDigest(reference),
                .tooManyLayers(130, limit: 127),
                .layerTooLarge([pin], bytes: 12_000_000_000, limit: 10_000_000_000, host: "registry.example.com"),
            ]
        let warning = OperationWarning.lockNotAttached(reference, Faults(.image(.offline)))
        let references: [RegistryReferenceFault] = [
            .host("a b"), .repository("Team"), .tag("-"), .digest("sha256:0"), .tooLong,
        ]
        let lines = [warning.words] + references.map { $0.words(of: "registry.example.com/Team") }
        try expectGolden(
            goldenText(faults.map { Problem($0) }) + "\n" + lines.map { $0 + "\n" }.joined(), "words-image.txt")
    }

    @Test("every kind and cause of an error of a registry")
    func registries() throws {
        func error(_ kind: StoreError.Kind, _ cause: StoreError.Cause? = nil) -> StoreError {
            var error = StoreError(
                kind, operation: "push", address: reference.description, detail: "DENIED (status 403)")
            error.cause = cause
            return error
        }
        let causes: [StoreError.Cause] = [
            .noCredentials, .unusableCredentials("the helper failed"),
            .rejectedCredentials(by: "the registry", code: "UNAUTHORIZED"), .unreachable, .failing,
        ]
        let errors = StoreError.Kind.allCases.map { error($0) } + causes.map { error(.unavailable, $0) }
        try expectGolden(goldenText(errors.map { Problem(registry: $0) }), "words-registry.txt")
    }

    @Test("an image as people read it")
    func summaries() throws {
        func layer(_ state: ImageDocument.State, _ assets: Int) -> ImageDocument.Layer {
            ImageDocument.Layer(
                digest: nil, recipe: "0", size: 34_100_000, files: 2, assets: (0..<assets).map { "nlp/part-\($0):1.0" },
                state: state)
        }
        let document = ImageDocument(
            dryRun: false, assetsDir: "/assets", cacheKey: "0", platforms: [.init(platform: "linux/amd64")],
            layers: [layer(.reused, 1), layer(.written, 5)], size: 68_200_000)
        let text = ImageText(document, width: nil)
        let target = try #require(LayoutTarget(argument: "oci:image"))
        let facts = ImageFacts(
            assets: [], cacheKey: "0", lock: SHA256Digest(of: ""), place: try #require(ImagePlace(argument: "/assets")))
        let image = WrittenImage(
            documents: ImageDocuments([], facts, ImagePlatform.standard), layers: [], reused: [],
            platforms: ImagePlatform.standard, cacheKey: "0")
        let lines =
            [text.summary(target)]
            + [true, false].map { text.summary(PushedImage(image, reference, [:], isUnchanged: $0)) }
        try expectGolden(text.table + lines.map { $0 + "\n" }.joined(), "words-image-summary.txt")
    }
}
