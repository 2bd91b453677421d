import Catalog
import Execution
import FileSystem
import Glibc
import ObjectStore
import Planning
import Testing
import Words

@testable import AssetsCommand

@Suite("words for what goes wrong")
struct ExecutionWordsTests {
    @Test("every kind of store error names the address, the attempt, the reason and what to do")
    func store() throws {
        let problems = StoreError.Kind.allCases.map { kind in
            Problem(
                StoreError(
                    kind, operation: .get, address: "s3://acme-models/nlp/lexicon/2.0\u{1B}[2J",
                    detail: "what\nthe store said"))
        }
        try expectGolden(goldenText(problems), "words-store.txt")
    }

    @Test("what others named or answered begins no line and moves no cursor, whatever says it")
    func escapes() {
        let text = "a\u{1B}[2J\nb\u{0}\u{202E}"
        let problem = Problem(code: "x", message: text, details: [text], hint: text, exitStatus: 1)
        let escaped = "a\\u{1B}[2J\\nb\\u{0}\\u{202E}"
        #expect([problem.message, problem.hint] + problem.details == [escaped, escaped, escaped])
        #expect(
            Problem(CatalogError.malformed(address: "a", .missing(text))).message
                == "malformed object `a`: missing `\(escaped)`")
    }

    private static let archive: [FileRefusal.ArchiveFault] = [
        .notTar, .compressed, .endsEarly, .becameShorter, .digestMismatch("sha256:0a"),
    ]

    @Test("every kind of file error names the path, the attempt, the reason and what to do")
    func files() throws {
        let errors =
            [ENOSPC, EDQUOT, EROFS, EACCES, EPERM, ELOOP, EIO].map {
                FileError(path: "/assets/nlp/lexicon/2.0", attempt: .writeTo, code: $0)
            }
            + [FileRefusal.symbolicLink, .notRegularFile].map {
                FileError(path: "/assets/nlp", attempt: .create, refusal: $0)
            }
            + Self.archive.map { FileError(path: "cache.tar", attempt: .importArchive, refusal: .archive($0)) }
        try expectGolden(goldenText(errors.map { Problem($0) }), "words-files.txt")
    }

    @Test("all that is tried with files, and why the program itself refuses")
    func attempts() throws {
        let attempts: [FileAttempt] = [
            .open, .openDirectory, .create, .createDirectory, .createTemporaryDirectory, .list, .stat, .read, .write,
            .writeTo, .writeToDirectory, .allocate(10), .resize, .copyTo, .linkTo(from: "/a"), .renameTo(from: "/a"),
            .remove, .replace, .setMode, .setTime, .sync, .syncFileSystem, .lock, .lockFiles, .findFreeSpace, .use,
            .useCache, .useLayout, .readIndex, .put, .decode, .importArchive, .moveUnmarked,
        ]
        let refusals: [FileRefusal] =
            [
                .symbolicLink, .notRegularFile, .truncated, .notAnEntry("a/b"), .notReported, .locksNotExclusive,
                .inside("nlp/lexicon"), .contains("nlp/lexicon"), .notACache, .notALayout, .malformed,
                .isAssetsDirectory, .tooManyCopies(100, of: "a"), .undecodable("the data is truncated gzip"),
            ] + Self.archive.map { .archive($0) }
        let lines =
            attempts.map { "cannot \($0.words) `/b`" }
            + refusals.map { FileError(path: "/b", attempt: .use, refusal: $0).reason }
        try expectGolden(lines.map { $0 + "\n" }.joined(), "details-files.txt")
    }

    @Test("locks, digests and sizes")
    func content() throws {
        let path = "/assets/.cache/nlp/lexicon.lock"
        let address = "s3://acme-models/nlp/lexicon/2.0"
        let failures: [ExecutionFailure] = [
            .lockTimeout(LockWait(path: path, holder: "process 4711 (python3 serve.py)", limit: 10)),
            .lockTimeout(LockWait(path: path, holder: nil, limit: 2.5)),
            .lockTimeout(LockWait(path: path, holder: nil, limit: 1)),
            .digest(DigestMismatch(address: address, expected: "9f86d0", actual: "e3b0c4", recorder: .spec)),
            .digest(
                DigestMismatch(
                    address: address, expected: "9f86d0", actual: "e3b0c4", recorder: .lock, cause: .pointer)),
            .checksum(
                algorithm: "MD5",
                DigestMismatch(address: address, expected: "9f86d0", actual: "e3b0c4", recorder: .lock)),
            .checksum(
                algorithm: "CRC32C",
                DigestMismatch(address: address, expected: "9f86d0", actual: "e3b0c4", recorder: .store)),
            .decoding(address: address, .truncated),
            .size(address: address, expected: 34_100_000, actual: 12, recorder: .store),
            .store(unavailable),
            .file(FileError(path: "/assets", attempt: .open, code: ENOENT)),
        ]
        let causes: [MismatchCause] = [.truncated(12), .page, .errorDocument, .pointer, .empty]
        let mismatches = causes.map { cause in
            ExecutionFailure.digest(
                DigestMismatch(
                    address: address, expected: "9f86d0", actual: "e3b0c4", recorder: .store, cause: cause))
        }
        try expectGolden(goldenText((failures + mismatches).map { Problem($0) }), "words-content.txt")
    }
}
