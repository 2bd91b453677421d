import NIOCore
import NIOHTTP1
import StoreProviders
import StoreTransport
import Testing

/// Against the examples that AWS publishes for S3, and the generic suite's `get-vanilla`.
/// Source: <https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html>
@Suite struct SigV4Tests {
    private static let emptyHash = SigV4.emptyPayloadHash

    struct Vector: Sendable, CustomTestStringConvertible {
        let method: HTTPMethod
        let target: String
        var headers: [(String, String)] = []
        var payloadHash = emptyHash
        let signature: String

        var testDescription: String { "\(method) \(target)" }
    }

    private static let signer = SigV4(
        AWSCredentials(
            accessKeyID: "AKIAIOSFODNN7EXAMPLE",
            secretAccessKey: Secret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")),
        region: "us-east-1", service: "s3", time: 1_369_353_600)

    @Test(arguments: [
        Vector(
            method: .GET, target: "/test.txt", headers: [("Range", "bytes=0-9")],
            signature: "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"),
        Vector(
            method: .PUT, target: "/test%24file.text",
            headers: [("Date", "Fri, 24 May 2013 00:00:00 GMT"), ("x-amz-storage-class", "REDUCED_REDUNDANCY")],
            payloadHash: "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072",
            signature: "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd"),
        Vector(
            method: .GET, target: "/?lifecycle",
            signature: "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        Vector(
            method: .GET, target: "/?max-keys=2&prefix=J",
            signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
        Vector(
            method: .GET, target: "/?prefix=J&max-keys=2",
            signature: "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7"),
    ])
    func signsAsPublished(_ vector: Vector) {
        let url = HTTPURL(scheme: .https, host: "examplebucket.s3.amazonaws.com", target: vector.target)
        let request = HTTPRequest(vector.method, url, headers: HTTPHeaders(vector.headers))
        let signed = Self.signer.sign(request, payloadHash: vector.payloadHash)
        #expect(signed.headers.first(name: "x-amz-date") == "20130524T000000Z")
        #expect(signed.headers.first(name: "authorization")?.hasSuffix("Signature=\(vector.signature)") == true)
    }

    @Test(arguments: [("us-east-1", 0.0), ("us-east-1", 1.0), ("us-east-1", 86_400.0), ("eu-west-1", 0.0)])
    func signsWithTheKeyOfAnEarlierRequestWhereItIsForTheSame(_ region: String, _ later: Double) {
        let request = HTTPRequest(.GET, HTTPURL(scheme: .https, host: "h"))
        let time = 1_369_353_600 + later
        let credentials = Self.signer.key.scope.credentials
        let anew = SigV4(credentials, region: region, service: "s3", time: time)
        let again = SigV4(credentials, region: region, service: "s3", time: time, reusing: Self.signer)
        #expect(
            anew.sign(request, payloadHash: Self.emptyHash).headers
                == again.sign(request, payloadHash: Self.emptyHash).headers)
    }

    @Test func signsForOtherServicesWithoutThePayloadHeader() {
        let signer = SigV4(
            AWSCredentials(
                accessKeyID: "AKIDEXAMPLE", secretAccessKey: Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")),
            region: "us-east-1", service: "service", time: 1_440_938_160)
        let request = HTTPRequest(.GET, HTTPURL(scheme: .https, host: "example.amazonaws.com"))
        let signed = signer.sign(request, payloadHash: Self.emptyHash)
        #expect(
            signed.headers.first(name: "authorization")
                == "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
                + "SignedHeaders=host;x-amz-date, "
                + "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")
        #expect(!signed.headers.contains(name: "x-amz-content-sha256"))
    }

    @Test func signsTheSessionTokenAndThePort() {
        let signer = SigV4(
            AWSCredentials(accessKeyID: "A", secretAccessKey: Secret("s"), sessionToken: Secret("t")),
            region: "eu-west-1", service: "s3", time: 0)
        let request = HTTPRequest(.GET, HTTPURL(scheme: .http, host: "localhost", port: 9000))
        let signed = signer.sign(request, payloadHash: Self.emptyHash)
        #expect(signed.headers.first(name: "host") == "localhost:9000")
        #expect(
            signed.headers.first(name: "authorization")?.contains(
                "SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,") == true)
    }

    @Test func collapsesWhatStandsInHeaders() {
        let request = HTTPRequest(
            .GET, HTTPURL(scheme: .https, host: "h"),
            headers: ["B": "  two   words ", "a": "1", "b": "x", "User-Agent": "not signed"])
        let canonical = CanonicalRequest(request, payloadHash: "-")
        #expect(canonical.text == "GET\n/\n\na:1\nb:two words,x\n\na;b\n-")
    }

    @Test func showsNoSecret() {
        let credentials = AWSCredentials(
            accessKeyID: "A", secretAccessKey: Secret("canary"), sessionToken: Secret("bird"))
        var dumped = ""
        dump(credentials, to: &dumped)
        for text in ["\(credentials)", String(reflecting: credentials), dumped] {
            #expect(!text.contains("canary") && !text.contains("bird"), "\(text)")
        }
        var key = ""
        dump(SigV4(credentials, region: "r", service: "s3", time: 0).key, to: &key)
        #expect(!key.contains("canary") && !key.contains("bytes"), "\(key)")
    }
}
