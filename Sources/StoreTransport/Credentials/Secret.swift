/// A secret key, a session token. It prints as `[secret]`.
package struct Secret: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The text itself.
    package let exposed: String

    package init(_ text: String) { exposed = text }

    package var description: String { "[secret]" }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: []) }
}
