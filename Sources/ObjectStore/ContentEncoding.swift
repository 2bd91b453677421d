internal import CLibZ

/// How a store keeps the bytes of an object that are not its content themselves.
///
/// Google's clients decode what is stored with `Content-Encoding: gzip`, and Amazon's do not.
/// Source: <https://cloud.google.com/storage/docs/transcoding>
package enum ContentEncoding: String, Sendable {
    case gzip
}

/// What keeps stored bytes from being decoded.
package enum DecodingFault: Error, Sendable, Hashable {
    case notGzip(zlib: String)
    case corrupt(zlib: String)
    case truncated
    /// It decodes to more than so many bytes.
    case tooLong(limit: Int)
    case other(String)
}

/// Decodes a gzip file that comes in pieces: one member or several, whatever follows them ignored, as gzip does.
///
/// A class because it owns zlib's state. Source of the format: RFC 1952.
package final class GzipDecoder {
    private enum Place {
        /// Nothing came yet.
        case start
        case inMember
        /// A member ended, and another may begin.
        case between
        /// What comes is no member.
        case trailing
    }

    private let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    /// Of the member that comes, filled by zlib. One that has come whole is what tells a member from what follows the last.
    private let header = UnsafeMutablePointer<gz_header>.allocate(capacity: 1)
    private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 64)
    private var place = Place.start

    package init() {
        stream.initialize(to: z_stream())
        header.initialize(to: gz_header())
        // 15 bits of window, and 16 for gzip's header and trailer.
        let status = inflateInit2_(stream, 15 + 16, ZLIB_VERSION, CInt(MemoryLayout<z_stream>.size))
        // Fails for want of memory only, which Swift itself does not survive.
        precondition(status == Z_OK, "out of memory")
        inflateGetHeader(stream, header)
    }

    deinit {
        inflateEnd(stream)
        stream.deallocate()
        header.deallocate()
        output.deallocate()
    }

    /// - Parameter take: is handed what the bytes come to, piece by piece.
    /// - Throws: `DecodingFault`, and what `take` throws.
    package func decode(_ bytes: UnsafeRawBufferPointer, into take: (UnsafeRawBufferPointer) throws -> Void) throws {
        guard bytes.count > 0, place != .trailing else { return }
        stream.pointee.next_in = UnsafeMutablePointer(
            mutating: bytes.baseAddress?.assumingMemoryBound(to: UInt8.self))
        stream.pointee.avail_in = UInt32(bytes.count)
        // Where the buffer was filled, more may be waiting inside.
        var isFull = false
        while stream.pointee.avail_in > 0 || isFull {
            stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
            stream.pointee.avail_out = UInt32(output.count)
            let status = inflate(stream, Z_NO_FLUSH)
            let count = output.count - Int(stream.pointee.avail_out)
            if count > 0 { try take(UnsafeRawBufferPointer(rebasing: output[..<count])) }
            isFull = stream.pointee.avail_out == 0
            guard try goesOn(after: status) else { return }
        }
    }

    private func goesOn(after status: CInt) throws(DecodingFault) -> Bool {
        // What follows a member is another one where it has a header.
        if place == .start || header.pointee.done == 1 { place = .inMember }
        switch status {
        case Z_STREAM_END:
            place = .between
            inflateReset(stream)
            inflateGetHeader(stream, header)
            return stream.pointee.avail_in > 0
        case Z_OK: return true
        // Nothing more can be done without more bytes.
        case Z_BUF_ERROR: return false
        default:
            guard place != .between else {
                place = .trailing
                return false
            }
            let detail = stream.pointee.msg.map { String(cString: $0) } ?? "error \(status)"
            throw detail == "incorrect header check" ? .notGzip(zlib: detail) : .corrupt(zlib: detail)
        }
    }

    /// Nothing comes any more. Where nothing came at all, there is nothing in it.
    package func end() throws(DecodingFault) {
        guard place == .inMember else { return }
        throw .truncated
    }
}

extension GzipDecoder {
    /// - Parameter limit: of what comes out, in bytes.
    package static func decode(_ stored: [UInt8], limit: Int) throws(DecodingFault) -> [UInt8] {
        let decoder = GzipDecoder()
        var content: [UInt8] = []
        do {
            try stored.withUnsafeBytes { bytes in
                try decoder.decode(bytes) { piece in
                    content.append(contentsOf: piece)
                    guard content.count <= limit else { throw DecodingFault.tooLong(limit: limit) }
                }
            }
            try decoder.end()
        } catch let fault as DecodingFault {
            throw fault
        } catch {
            throw .other("\(error)")
        }
        return content
    }
}
