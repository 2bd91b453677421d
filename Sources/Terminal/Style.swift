/// Colours, where they are wanted.
package struct Style: Sendable, Hashable {
    /// The SGR codes (ECMA-48) that every terminal with colours knows; no colour carries a meaning that the words do not.
    package enum Ink: Int, Sendable {
        case bold = 1
        case dim = 2
        case red = 31
        case green = 32
        case yellow = 33
        case cyan = 36
    }

    package static let plain = Style(isOn: false)

    package let isOn: Bool

    package init(isOn: Bool) { self.isOn = isOn }

    package func paint(_ text: String, _ ink: Ink) -> String {
        isOn && !text.isEmpty ? "\u{1B}[\(ink.rawValue)m\(text)\u{1B}[0m" : text
    }
}
