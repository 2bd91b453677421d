import AssetModel
import NIOHTTP1
import Testing

@testable import StoreProviders
@testable import StoreTransport

@Suite struct S3FaultTests {
    private static func body(_ code: String, _ more: String = "") -> [UInt8] {
        Array("<Error><Code>\(code)</Code><Message>why</Message>\(more)<RequestId>4711</RequestId></Error>".utf8)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let status: Int
        var code: String?
        var headers: [(String, String)] = []
        let handling: String
        var region: String?

        var testDescription: String { "\(status) \(code ?? "")" }
    }

    @Test(arguments: [
        Case(
            status: 301, code: "PermanentRedirect", headers: [("x-amz-bucket-region", "eu-west-1")],
            handling: "apply(changeRegion)", region: "eu-west-1"),
        Case(status: 307, handling: "apply(changeRegion)"),
        Case(status: 400, handling: "apply(changeRegion)"),
        Case(status: 400, code: "AuthorizationHeaderMalformed", handling: "apply(changeRegion)"),
        Case(status: 400, code: "ExpiredToken", handling: "apply(refreshCredentials)"),
        Case(status: 401, handling: "apply(refreshCredentials)"),
        Case(status: 403, code: "RequestTimeTooSkewed", handling: "apply(correctClock)"),
        Case(status: 403, code: "SignatureDoesNotMatch", handling: "fail(unauthenticated)"),
        Case(status: 403, code: "InvalidAccessKeyId", handling: "fail(unauthenticated)"),
        Case(status: 403, code: "AccessDenied", handling: "fail(permissionDenied)"),
        Case(status: 403, handling: "fail(permissionDenied)"),
        Case(status: 404, code: "NoSuchKey", handling: "fail(notFound)"),
        Case(status: 404, code: "NoSuchBucket", handling: "fail(misconfigured)"),
        Case(status: 412, code: "PreconditionFailed", handling: "fail(changed)"),
        Case(
            status: 409, code: "ConditionalRequestConflict",
            handling: "retry(409 ConditionalRequestConflict, nil, false)"),
        Case(status: 416, code: "InvalidRange", handling: "fail(invalidRange)"),
        Case(status: 400, code: "InvalidArgument", handling: "fail(invalidAnswer)"),
        Case(status: 501, code: "NotImplemented", handling: "fail(invalidAnswer)"),
        Case(status: 500, code: "InternalError", handling: "retry(500 InternalError, nil, false)"),
        Case(status: 502, handling: "retry(502, nil, false)"),
        Case(
            status: 503, code: "SlowDown", headers: [("Retry-After", "3")], handling: "retry(503 SlowDown, 3.0, true)"),
        Case(status: 429, headers: [("x-amz-retry-after", "1500")], handling: "retry(429, 1.5, true)"),
        Case(
            status: 503,
            headers: [("Retry-After", "Sun, 06 Nov 1994 08:49:47 GMT"), ("Date", "Sun, 06 Nov 1994 08:49:37 GMT")],
            handling: "retry(503, 10.0, true)"),
        Case(status: 400, code: "RequestTimeout", handling: "retry(400 RequestTimeout, nil, false)"),
    ])
    func means(_ answer: Case) {
        let fault = S3Fault(
            status: answer.status, headers: HTTPHeaders(answer.headers), body: answer.code.map { Self.body($0) } ?? [])
        #expect(Self.words(fault.handling) == answer.handling)
        #expect(fault.region == answer.region)
    }

    private static func words(_ reason: RetryReason) -> String {
        guard let status = reason.cause.value as? ServiceStatus else { return "\(reason.cause.value)" }
        return "\(status.status)" + (status.code.map { " \($0)" } ?? "")
    }

    private static func words(_ handling: FaultHandling<S3Remedy>) -> String {
        switch handling {
        case .fail(let kind): "fail(\(kind))"
        case .retry(let reason, let slowsDown):
            "retry(\(Self.words(reason)), \(reason.wait.map { "\($0)" } ?? "nil"), \(slowsDown))"
        case .apply(let remedy): "apply(\(remedy))"
        }
    }

    @Test func saysWhatTheServerSays() {
        let fault = S3Fault(status: 403, headers: [:], body: Self.body("AccessDenied"))
        #expect(
            fault.answer == ServiceAnswer(status: 403, code: "AccessDenied", message: "why", requestID: "4711"))
    }

    @Test func readsNoPageOfAProxyForAnError() {
        let fault = S3Fault(
            status: 503, headers: ["x-amz-request-id": "1"], body: Array("<html><Code>x</Code></html>".utf8))
        #expect(fault.answer == ServiceAnswer(status: 503, code: nil, message: nil, requestID: "1"))
    }

    @Test func readsTheRegionFromTheBody() {
        let body = Self.body("AuthorizationHeaderMalformed", "<Region>eu-west-3</Region>")
        #expect(S3Fault(status: 400, headers: [:], body: body).region == "eu-west-3")
    }
}
