internal import CLibCrypto

/// Digests of what is in memory, by OpenSSL.
package enum Digests {
    package static func sha256(_ bytes: some Sequence<UInt8>) -> [UInt8] { digest(bytes, EVP_sha256()) }

    package static func md5(_ bytes: some Sequence<UInt8>) -> [UInt8] { digest(bytes, EVP_md5()) }

    package static func sha1(_ bytes: some Sequence<UInt8>) -> [UInt8] { digest(bytes, EVP_sha1()) }

    package static func hmacSHA256(key: [UInt8], _ text: String) -> [UInt8] {
        let message = Array(text.utf8)
        var result = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        // No secret is as long as 2 GiB: files that hold one are not read so far.
        let code = HMAC(EVP_sha256(), key, CInt(clamping: key.count), message, message.count, &result, &length)
        precondition(code != nil, "out of memory")
        return Array(result.prefix(Int(length)))
    }

    private static func digest(_ bytes: some Sequence<UInt8>, _ algorithm: OpaquePointer?) -> [UInt8] {
        // A part of an upload is not copied for it.
        bytes.withContiguousStorageIfAvailable { digest($0, algorithm) }
            ?? Array(bytes).withUnsafeBufferPointer { digest($0, algorithm) }
    }

    private static func digest(_ bytes: UnsafeBufferPointer<UInt8>, _ algorithm: OpaquePointer?) -> [UInt8] {
        var result = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        // Where a FIPS configuration refuses MD5 there is none, which no store takes for one.
        guard EVP_Digest(bytes.baseAddress, bytes.count, &result, &length, algorithm, nil) == 1 else { return [] }
        return Array(result.prefix(Int(length)))
    }
}

extension Sequence<UInt8> {
    /// Lower-case hexadecimal digits.
    package var hex: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for byte in self {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
