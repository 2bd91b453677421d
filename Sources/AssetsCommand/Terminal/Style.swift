/// Colours, where they are wanted.
struct Style: Sendable, Hashable {
    /// The SGR codes (ECMA-48) that every terminal with colours knows; no colour carries a meaning that the words do not.
    enum Ink: Int, Sendable {
        case bold = 1
        case dim = 2
        case red = 31
        case green = 32
        case yellow = 33
        case cyan = 36
    }

    static let plain = Style(isOn: false)

    let isOn: Bool

    func paint(_ text: String, _ ink: Ink) -> String {
        isOn && !text.isEmpty ? "\u{1B}[\(ink.rawValue)m\(text)\u{1B}[0m" : text
    }
}
