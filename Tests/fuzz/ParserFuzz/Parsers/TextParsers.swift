import AssetModel
import ObjectStore

@testable import StoreProviders
@testable import StoreTransport

extension Parser {
    /// Names, requirements, paths, patterns and the records made of them
    static let names = Parser("names") { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        var isSomething = false
        for system in VersioningSystem.all {
            if let read = try? AssetSpecification(parsing: text, in: system) {
                let again = try? AssetSpecification(parsing: read.description, in: system)
                try expect(again == read, "the specification \(read) reads otherwise")
                isSomething = true
            }
            if let read = try? VersionRequirement(parsing: text, in: system) {
                let again = try? VersionRequirement(parsing: read.description, in: system)
                try expect(again == read, "the requirement \(read) reads otherwise")
                _ = ["1", "1.4", "2024-03-01T12-30-00Z"].compactMap(system.version).map(read.isMet)
                isSomething = true
            }
        }
        if let path = try? RelativePath(text) {
            try expect(path.components.joined(separator: "/").utf8.elementsEqual(path.text.utf8), "\(path)")
            let record = PartialRecord(paths: [path])
            try expect(PartialRecord(text: record.text) == record, "the record of \(path) reads otherwise")
            isSomething = true
        }
        if let glob = Glob(text), let path = try? RelativePath("en/words.txt") { _ = glob.matches(path) }
        if let record = PartialRecord(text: text) {
            try expect(PartialRecord(text: record.text) == record, "the record reads otherwise")
        }
        try expect(LineField.decoded(LineField.encoded(text)[...]) == text, "the field reads otherwise")
        return isSomething ? .accepted : .refused
    }

    /// Dates of HTTP, of Amazon's services and of `.meta`
    static let dates = Parser("dates") { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        let (http, timestamp, push) = (HTTPDate.seconds(text), Timestamp.seconds(text), PushDate.seconds(text))
        for seconds in [http, timestamp].compactMap(\.self) {
            try expect(seconds.isFinite, "\(seconds)")
            _ = WaitingTime(seconds: seconds - 1_700_000_000).timeAmount
            let text = Timestamp.text(seconds)
            let isDate = (0..<253_402_300_800).contains(seconds)
            try expect(!isDate || Timestamp.seconds(text) == seconds, "\(text) reads otherwise")
        }
        if let push {
            let text = PushDate.text(push)
            try expect(
                PushDate.seconds(text) == push || text.utf8.count > 20 || push < -62_167_219_200,
                "\(text) reads otherwise")
        }
        return http == nil && timestamp == nil && push == nil ? .refused : .accepted
    }

    /// Addresses, percent-encoding, base 64, command lines, digests
    static let encodings = Parser("encodings") { bytes in
        let text = String(decoding: bytes, as: UTF8.self)
        let url = HTTPURL(text)
        if let url {
            try expect(HTTPURL(url.description) == url, "\(url) reads otherwise")
            let names = CertificateNames(names: [.host(Array(url.host.utf8)), .host(Array("*.a.b".utf8))])
            _ = names.cover(url.host)
            _ = (url.path, url.query, ServiceAccountName.of(url))
        }
        _ = HTTPURL.shown(text)
        try expect(PercentEncoding.decode(PercentEncoding.encode(text)) == text, "percent-encoded, it reads otherwise")
        try expect(PercentEncoding.decodeForm(PercentEncoding.encode(text)) == text, "as a form, it reads otherwise")
        try expect(Base64.decode(Base64.encode(bytes)) == bytes, "in base 64, it reads otherwise")
        let decoded = Base64.decode(text)
        let words = ShellWords.split(text)
        let environment = ProviderEnvironment(variables: ["HOME": "/home/a", "A": "$A"]) { 0 }
        _ = environment.expanding(text)
        for algorithm in ObjectChecksum.Algorithm.allCases {
            guard let checksum = ObjectChecksum(algorithm, hex: text) else { continue }
            try expect(checksum.hex == text.lowercased(), "\(checksum.hex)")
        }
        if let digest = SHA256Digest(hex: text) { try expect(digest.hex == text.lowercased(), "\(digest)") }
        return url == nil && decoded == nil && words == nil ? .refused : .accepted
    }

    /// What is stored with `Content-Encoding: gzip`
    static let gzip = Parser("gzip") { bytes in
        let limit = 16 << 20
        let whole = try? GzipDecoder.decode(bytes, limit: limit)
        let decoder = GzipDecoder()
        var pieces: [UInt8]? = []
        do {
            for start in stride(from: 0, to: bytes.count, by: 5) {
                try bytes[start..<min(start + 5, bytes.count)].withUnsafeBytes { piece in
                    try decoder.decode(piece) {
                        pieces?.append(contentsOf: $0)
                        guard (pieces?.count ?? 0) <= limit else { throw Violation("too long") }
                    }
                }
            }
            try decoder.end()
        } catch {
            pieces = nil
        }
        try expect(whole == pieces, "in pieces, it decodes to something else")
        return whole == nil ? .refused : .accepted
    }
}
