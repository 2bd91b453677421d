import AssetModel
import Catalog
import FileSystem
import Glibc
import ObjectStore
import Planning
import Testing
import Words

@testable import AssetsCommand
@testable import StoreProviders
@testable import StoreTransport

/// The words for every detail of an error, as they follow what is said of the error itself.
@Suite("words for details")
struct DetailWordsTests {
    private static let file = Setting("/run/token", from: .environment("TOKEN_FILE"))
    private static let line = Provenance.file(SourceLocation(file: "~/.aws/config", line: 3, column: 1))
    private static let settingFault = ConfigurationFault(
        ConnectionSettingFault.unreadable(FileError(path: "/run/token", attempt: .read, code: EACCES)))
    private static let lost = UnreachableService(origin: "http://10.0.0.7", detail: .said("connection refused"))

    @Test("the way to a service") func transport() throws {
        let names = CertificateNames(
            names: [.host(Array("a\u{1B}[2J\u{7}".utf8)), .address([10, 0, 0, 7]), .address([1])])
        let many = CertificateNames(names: (1...7).map { .host(Array("\($0).example".utf8)) })
        let failures: [HTTPFailureDetail] = [
            .said("connection refused"), .cancelled, .interrupted, .endedEarly, .closedByServer, .noHead,
            .notHTTP("invalidVersion"), .tooLong(limit: 10), .connectionTimedOut, .responseTimedOut,
            .noResponse(within: 5), .invalidHostName, .unknownHost("store"), .noCertificate,
            .notValid(for: "localhost", names), .notValid(for: "localhost", many),
            .notValid(for: "localhost", CertificateNames(names: [])),
            .proxySetting(ConfigurationFault(ConnectionSettingFault.unsupportedProxy, place: Self.line)),
            .byProxy("10.0.0.1:3128", .proxy(.needsCredentials)),
            .byProxy("10.0.0.1:3128", .proxy(.refusedConnection)),
            .byProxy("10.0.0.1:3128", .proxy(.rejected(status: 403))),
            .byProxy("10.0.0.1:3128", .proxy(.answered(status: 502))),
            .unreachableProxy("10.0.0.1:3128", .said("connection refused")),
            .notRead, .contentGrew, .contentShrank,
        ]
        let responses: [RangedResponse.Fault] = [
            .endsBeforeRange, .tooLong(limit: 16 << 20), .digestMismatch, .invalidContentRange("x"),
            .otherRange(0..<4), .lengthMismatch(announced: 10, range: 4),
        ]
        let notes: [CallNote] = [
            .failedAfter(attempts: 3), .received(3, of: 10), .endpoint("https://store", Self.line),
            .endpoint("https://store", nil), .noAnswerYet, .interrupted, .invalidResponse,
        ]
        let advice: [NetworkAdvice] = [
            .checkEndpoint, .useHTTP, .trustCertificates(variable: "AWS_CA_BUNDLE"), .useValidHost, .checkProxy,
            .checkNames, .checkConnection,
        ]
        let programs: [Subprocess.Fault] = [
            .notRun(code: ENOENT), .interrupted, .timedOut(after: 0.3), .printedTooMuch(limit: 1 << 20),
        ]
        let answers: [any ErrorDetail] = [
            ServiceAnswer(status: 403, code: "AccessDenied", message: "why", requestID: "4711"),
            ServiceAnswer(status: 503, code: nil, message: nil), ServiceStatus(503, "SlowDown"),
            ServiceStatus(502, nil),
        ]
        let pages = ["Blocked by ACME proxy", nil].map { ForeignPage(status: 403, title: $0) }
        try expectDetails(failures + responses + notes + advice + programs + answers + pages, "details-transport.txt")
    }

    @Test("settings of stores") func settings() throws {
        let ways: [ConnectionSettingFault] = [
            .unsupportedProxy, .noCertificateFile("/a.pem"), .noCertificate(in: "/a.pem"),
            .unreadable(FileError(path: "/a", attempt: .read, code: EISDIR)), .invalidEndpoint(shown: "ftp://a"),
            .invalidEndpoint(shown: "a", meant: "https://a"),
        ]
        let lines: [AWSConfigFault] = [
            .duplicateSection("default"), .textBeforeSection, .noDelimiter, .noKey, .duplicateKey("region"),
            .noDelimiterInBlock,
        ]
        let obstacles: [AccelerationObstacle] = [
            .customEndpoint, .fips, .pathStyle, .accessPoint, .region("cn-north-1"),
        ]
        let settings: [S3SettingFault] =
            [
                .unknownProfile("dav", known: ["default", "dev"]), .unknownProfile("x", known: []),
                .notUTF8(path: "~/.aws/config"), .region("a b"), .unknownServices("x"), .style("x"), .attempts("0"),
                .retryMode("x"), .regionalMode("x"),
                .word("legcy", key: "defaults_mode", known: ["legacy", "standard"]), .bucketName("a/b"),
                .bucketName("a b"), .directoryBucket("a--x-s3"), .bucketARN("arn:x"), .noFIPS(region: "cn-north-1"),
                .noDualStack(region: "x"), .untrustedEndpoint("https://a"),
                .untrustedVariable(Self.file, endpoint: "https://a"), .untrustedVariable(Self.file, endpoint: nil),
            ] + lines.map { .file($0) } + obstacles.map { .acceleration(with: $0) }
        let faults = (ways as [any ErrorDetail] + settings).map { ConfigurationFault($0, place: Self.line) }
        let proxies: [ProxyUse] = [.used("HTTPS_PROXY"), .passedOver(scheme: "socks5")]
        let places: [Provenance] = [.builtIn, .flag("--endpoint"), Self.file.provenance, Self.line]
        try expectDetails(
            faults + proxies.map(\.words) + places.map(\.phrase), "details-settings.txt")
    }

    @Test("credentials of S3") func s3Credentials() throws {
        let role = S3CredentialSource.role("arn:role", profile: "dev", with: .environment)
        let sources: [S3CredentialSource] = [
            .environment, .profile("dev", Self.line), role, .webIdentity(role: "arn:role", tokenFile: "/run/token"),
            .singleSignOn(role: "reader", account: "1", profile: "dev"), .program("helper", profile: "dev"),
            .container(origin: "http://10.0.0.7"), .instance(role: "reader"),
        ]
        let absences: [S3CredentialAbsence] = [
            .noVariable("AWS_ACCESS_KEY_ID"), .noContainerVariable, .noKey("role_arn"), .noAccessKey(profile: "dev"),
            .noLoginSession, .metadataDisabled, .noInstanceRole,
        ]
        let origin = "http://10.0.0.7"
        let services: [S3CredentialService] = [.tokens, .container, .singleSignOnTokens, .singleSignOnPortal]
        let files: [TokenFileFault] = [.unreadable(Self.settingFault), .missing, .empty, .severalLines]
        let general: [S3CredentialFault] = [
            .noneFound(absences.map { .init(provider: "web identity", absence: $0) }, nil),
            .noneFound([], S3MissingFile(variable: "AWS_CONFIG_FILE", path: "/a", isEmpty: true)),
            .noneFound([], S3MissingFile(variable: "AWS_CONFIG_FILE", path: "/a", isEmpty: false)),
            .expired(role, at: 0), .controlCharacter(in: .accessKey, role),
            .controlCharacter(in: .secretAccessKey, role), .controlCharacter(in: .sessionToken, role),
            .controlCharacter(in: .variable("AWS_SESSION_TOKEN"), .environment),
            .status(.container, origin: origin, 500, isTransient: true),
            .status(.container, origin: origin, 403, isTransient: false),
            .noCredentials(.tokens, origin: nil), .noCredentials(.container, origin: origin),
            .endpoint(Self.settingFault), .endpoint(ConfigurationFault(S3SettingFault.notUTF8(path: "/a"))),
            .regionalEndpoints(
                ConfigurationFault(
                    S3SettingFault.word("x", key: "sts_regional_endpoints", known: ["legacy"]), place: Self.line)),
            .noDualStack(service: "sts", region: "x"), .noCallerIdentity,
            .tokenServiceFailed(action: "AssumeRole", .status(500)),
            .denied(action: "AssumeRole", .said("AccessDenied: no"), isClock: false),
            .denied(action: "AssumeRole", .said("AccessDenied: Signature expired"), isClock: true),
            .invalidCommand(Self.line),
        ]
        let found = general + services.map { .unreachable($0, Self.lost) } + files.map { .tokenFile($0, Self.file) }
        let details = sources as [any ErrorDetail] + found.map { failure($0) } + s3Parts().map { failure($0) }
        try expectDetails(details, "details-s3-credentials.txt")
    }

    private func s3Parts() -> [S3CredentialFault] {
        let keys: [S3KeyFault] = [
            .half(lacks: .accessKey, isEmpty: true), .half(lacks: .secretAccessKey, isEmpty: false),
            .noSecret(profile: "dev", Self.line), .loginSession(profile: "dev"),
        ]
        let signOn: [S3SingleSignOnFault] = [
            .missingKey("sso_region", profile: "dev"), .unknownSession("a", profile: "dev"),
            .sessionDiffers("a", profile: "dev", key: "sso_region"), .noCachedToken("a", profile: "dev"),
            .sessionExpired(profile: "dev"),
            .refused(role: "reader", account: "1", status: 500, isTransient: true),
            .refused(role: "reader", account: "1", status: 403, isTransient: false),
        ]
        let source = Setting("Environment", from: Self.line)
        let roles: [S3RoleFault] = [
            .needsCode(profile: "dev"), .noSource(profile: "dev"), .twoSources(profile: "dev"),
            .invalidSource(source), .emptySource(source, .noVariable("AWS_ACCESS_KEY_ID")),
            .unknownProfile("a", profile: "dev"), .circle(["a", "b", "a"]), .emptyProfile("a"), .noRole,
        ]
        let machines: [S3MachineFault] = [
            .invalidContainerEndpoint(shown: "http://a"), .lineBreakInToken, .hopLimit,
            .invalidMetadataEndpoint(shown: "a"), .invalidMetadataMode(source),
        ]
        let programs: [S3ProgramFault] = [
            .fault(.interrupted), .exited(status: 3, said: "no"), .exited(status: 3, said: nil), .printedNone,
        ]
        return keys.map { .key($0) } + signOn.map { .singleSignOn($0) } + roles.map { .role($0) }
            + machines.map { .machine($0) } + programs.map { .program("helper", $0, Self.line) }
    }

    @Test("credentials of Google Cloud Storage") func gcsCredentials() throws {
        let robot = GCSTokenOwner.serviceAccount("robot@acme")
        let owners: [GCSTokenOwner] = [
            robot, .machine(serviceAccount: "robot@acme"), .impersonated("other@acme", by: robot),
            .external(audience: "pools/a"), .impersonatedByExternal("robot@acme"), .user, .externalUser,
        ]
        let sources =
            owners.map { GCSCredentialSource(owner: $0, place: .metadataService) }
            + [GCSCredentialSource(owner: .user, place: .file("/run/gcs.json", Self.line))]
        let services: [GCSCredentialService] = [.metadata, .awsMetadata, .iam, .tokenServer, .subjectTokens]
        let advice: [TokenAdvice?] = [
            .reauthenticate, .correctClock, .createKey, .useOtherAccount, .logIn, .checkFile, nil,
        ]
        let origin = "https://tokens"
        let answer = ServiceAnswer(status: 403, code: "forbidden", message: nil)
        let general: [GCSCredentialFault] = [
            .noneFound, .noToken(.metadata, origin: nil), .noToken(.tokenServer, origin: origin),
            .noToken(nil, origin: origin), .tokenServerFailed(origin: origin, .status(500)),
            .notImpersonated("robot@acme", answer, isTransient: true),
            .notImpersonated("robot@acme", answer, isTransient: false), .noServiceAccount(status: 404),
            .invalidMetadataHost("a b"),
        ]
        let found =
            general + services.map { .unreachable($0, Self.lost) }
            + services.map { .status($0, origin: $0 == .metadata ? nil : origin, 403) }
            + advice.map { .tokenServerDenied(origin: origin, .said("invalid_grant"), $0) }
        let details = sources as [any ErrorDetail] + found.map { failure($0) } + gcsParts().map { failure($0) }
        try expectDetails(details, "details-gcs-credentials.txt")
    }

    private func gcsParts() -> [GCSCredentialFault] {
        let files: [GCSFileFault] = [
            .unreadable(Self.settingFault), .missing(Self.file), .empty(Self.file), .notCredentials(Self.file),
            .missingField("audience"), .invalidUniverse(shown: "a b"), .unknownType("x"), .unknownSourceType("x"),
            .insecureAddress(field: "token_uri", shown: "http://a"), .invalidAddress(field: "url", shown: "a"),
            .userInUniverse("other.example"), .invalidPrivateKey(account: "robot@acme"),
        ]
        let subjects: [GCSSubjectFault] = [
            .unknownSource, .noTokenField, .unknownFormat("x"), .noToken(field: "token", .file("/run/token")),
            .emptyToken(.service(origin: "https://ci")), .unreadableFile(Self.settingFault), .missingFile("/a"),
            .unknownEnvironmentID("x"), .noAWSCredentials(shown: "http://a"), .invalidVerificationURL("a"),
        ]
        let settings: [GCSProgramSettingFault] = [
            .notAllowed(variable: "ALLOW"), .invalidCommand, .invalidTimeout(1),
        ]
        let programs: [GCSProgramFault] = [
            .fault(.interrupted), .exited(status: 3, said: "no"), .exited(status: 3, said: nil), .failed(said: "no"),
            .printedNothing, .printedNoToken, .printedExpiredToken,
        ]
        return files.map { .file($0) } + subjects.map { .subject($0) } + settings.map { .programSetting($0) }
            + programs.map { .program("helper", $0) }
    }

    @Test("what stores answer") func answers() throws {
        func identity(_ id: String) -> S3IdentityNote {
            let credentials = AWSCredentials(accessKeyID: id, secretAccessKey: Secret("s"))
            return S3IdentityNote(Identity(FoundCredentials(credentials, source: .environment)))
        }
        let nobody = S3IdentityNote(.anonymous(.flag("--no-sign-request")))
        let xml: [XMLFault] = [
            .syntax(line: 1, "mismatched tag"), .syntax(line: 1, nil), .tooLong, .tooDeep, .documentType, .outOfMemory,
        ]
        let s3: [S3ResponseFault] =
            [
                .otherDocument(.objects, found: "a"), .otherDocument(.uploads, found: "a"),
                .otherDocument(.parts, found: "a"), .objectWithoutKeyOrSize, .noContinuationToken,
                .repeatedContinuationToken, .noETag, .noETagOfCompletedObject, .noContentLength, .noUploadID,
            ] + xml.map { .xml($0) }
        let s3Notes: [S3Note] = [
            .identity(identity("AKIAIOSFODNN7EXAMPLE")), .identity(identity("short")), .identity(nobody), .maybeMissing,
            .clock(offset: 60),
            .clock(offset: -720), .clock(offset: 7200), .requestedRegion("eu-west-1"),
        ]
        let s3Advice: [S3Advice] = [
            .grantDecryption, .checkKeyID, .checkSecret, .renewCredentials, .unsetToken, .restoreFromArchive,
            .grant("s3:GetObject"), .grant("s3:PutObject"), .checkBucket, .correctClock, .setRegion,
        ]
        let anonymous: [AnonymousAdvice] = [
            AnonymousAdvice(place: .flag("--no-sign-request")), AnonymousAdvice(place: Self.line),
        ]
        let details = s3 as [any ErrorDetail] + [S3ObjectDetail.eTagChanged] + s3Notes + s3Advice + anonymous
        try expectDetails(details + gcsAnswers() + objects(), "details-answers.txt")
    }

    private func gcsAnswers() -> [any ErrorDetail] {
        let objects: [GCSObjectDetail] = [
            .generationChanged, .generationIsGone, .arrivedDecoded, .otherPart(expected: 2), .endedBeforeLastPart,
            .uploadHasEnded, .keepsNothing, .lost(from: 10, to: 3),
        ]
        let responses: [GCSResponseFault] = [
            .repeatedPageToken, .objectWithoutNameOrSize, .noGeneration, .notJSON, .noSize, .noSession,
            .noWrittenObject,
        ]
        let source = GCSCredentialSource(owner: .user, place: .metadataService)
        let notes: [GCSNote] = [
            .identity(.found(source)), .identity(.anonymous(.flag("--no-sign-request"))), .maybeMissing,
        ]
        let rights: [GCSRight] = [.list, .get, .create, .delete, .getBucket]
        let advice: [GCSAdvice] =
            [.checkCredentials, .checkBucket, .grantKey, .addScope, .setQuotaProject, .keepEncoding]
            + rights.map { .grant($0) }
        let local: [LocalDetail] = [
            .notADirectory, .outside, .fileChanged, .ends(at: 3),
            .file(FileError(path: "/a", attempt: .open, code: EACCES)),
            .isLocked(by: "/a/lock", isInterrupted: false), .isLocked(by: "/a/lock", isInterrupted: true),
            .preconditionFailed,
        ]
        return objects as [any ErrorDetail] + responses + notes + advice + local
    }

    private func objects() throws -> [any ErrorDetail] {
        let objects: [ObjectDetail] = [
            .sizeMismatch(expected: 3, actual: 2), .rangeMismatch(expected: 0..<3, actual: 0..<2), .isEncoded,
            .answersDiffer, .endedEarly(at: 2), .wentOn(to: 4), .checksumMismatch(.crc32c), .existsWithOtherContent,
            .noObjectOrPrefix, .uploadIsGone,
        ]
        let decoding: [DecodingFault] = [
            .notGzip(zlib: "incorrect header check"), .corrupt(zlib: "invalid block type"), .truncated,
            .tooLong(limit: 10), .other("x"),
        ]
        let content: [MalformedContent] =
            [
                .tooLong(11, limit: 10), .tooDeep(limit: 64), .notJSON("<html"), .notAnObject(.list),
                .missing("versions"), .empty("contents"),
                .wrongType("versions[1]", expected: .string, found: .number),
                .wrongType("is_directory", expected: .bool, found: .null),
                .wrongType("objects[0]", expected: .object, found: .bool),
                .wrongType("size", expected: .wholeNumber, found: .string),
                .wrongType("contents", expected: .strings, found: .object),
                .wrongType("objects", expected: .objects, found: nil), .version("latest", .majorMinor),
                .pushDate("yesterday"), .digest("x"), .size(1 << 60), .dependency("a b"),
            ] + decoding.map { .undecodable($0) }
        let local: [LocalFault] = [
            .special, .noMarker, .marker(.link), .wrongKind(expected: .file, found: .directory),
            .wrongKind(expected: .directory, found: .file), .part("en/words.txt", .special),
        ]
        let paths: [UnsafePath] = [
            .path(.absolute), .listedTwice, .directory(of: try RelativePath("a/b")),
        ]
        let operations: [StoreOperation] = [
            .get, .head, .list, .put, .delete, .open, .startUpload, .findUploads, .listParts, .completeUpload,
            .abortUpload, .uploadPart(3), .findRegion, .findPermissions, .loadCredentials, .pushFrom, .push,
        ]
        return objects as [any ErrorDetail] + content + [FolderAdvice.chooseAnother] + local.map(\.words)
            + paths.map(\.words) + operations.map(\.words)
    }

    @Test("what is sent again is counted by its words, the most frequent first") func retries() {
        let log = RetryLog()
        #expect(log.summary == nil)
        func retry(_ cause: any ErrorDetail) {
            log.note(
                RetryNotice(
                    operation: .get, address: "s3://acme/a", reason: RetryReason(cause), attempt: 2, elapsed: 0,
                    pause: 0))
        }
        retry(HTTPFailureDetail.said("connection refused"))
        #expect(log.summary == "retried 1 request (connection refused)")
        for _ in 1...2 { retry(ServiceStatus(503, "SlowDown")) }
        retry("503 SlowDown")
        #expect(log.summary == "retried 4 requests (503 SlowDown: 3, connection refused: 1)")
    }

    private func failure(_ fault: some ErrorDetail) -> CredentialFailure {
        CredentialFailure(.misconfigured, "provider", fault)
    }
}
