internal import Glibc

package enum SystemErrorText {
    /// The system's words for an error number, such as `connection refused`.
    package static func of(_ code: CInt) -> String {
        let text = String(cString: strerror(code))
        return text.prefix(1).lowercased() + text.dropFirst()
    }
}
