internal import NIOCore
internal import NIOSSL

/// Whether a server is the host that was asked for.
///
/// NIOSSL's own check accepts a certificate for the address that a connection leads to, whatever the host's name is:
/// through a proxy, or where somebody else answers at that address, this would be a stranger's.
enum ServerIdentity {
    /// For a connection after its handshake, on its event loop.
    ///
    /// - Throws: `HTTPFailure`
    static func check(_ channel: any Channel, is host: String) throws {
        // Without a handler for TLS this throws too: nothing goes out in the clear.
        guard let certificate = try channel.pipeline.syncOperations.nioSSL_peerCertificate() else {
            throw HTTPFailure(.tls, .noCertificate)
        }
        let names = CertificateNames(certificate)
        guard names.cover(host) else { throw HTTPFailure(.otherHost, .notValid(for: host, names)) }
    }
}

extension CertificateNames {
    init(_ certificate: NIOSSLCertificate) {
        names = certificate._subjectAlternativeNames().compactMap { name in
            switch name.nameType {
            case .dnsName: .host(Array(name.contents))
            case .ipAddress: .address(Array(name.contents))
            default: nil
            }
        }
    }
}
