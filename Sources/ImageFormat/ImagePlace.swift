internal import AssetModel

/// Where the assets directory is in an image: an absolute path of which no component is `.`, `..` or begins with `.wh.`.
package struct ImagePlace: Sendable, Hashable, CustomStringConvertible {
    package static let root = ImagePlace(components: [])

    /// The longest, in bytes: with the longest path of an asset below it, a path of Linux.
    package static let maximumLength = 2500

    let components: [String]

    private init(components: [String]) { self.components = components }

    /// `/srv/assets`
    package var description: String { "/" + components.joined(separator: "/") }

    /// Nil where the text is no such path; a slash at its end is left out.
    package init?(argument text: String) {
        guard text.utf8.first == UInt8(ascii: "/"), text.utf8.count <= Self.maximumLength else { return nil }
        let components = PathText.components(of: text).map(String.init)
        let isGood = components.allSatisfy { component in
            component != "." && component != ".." && !PathText.hasPrefix(component, ".wh.")
                && component.utf8.count <= RelativePath.maximumComponentLength
                && component.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F }
        }
        guard isGood else { return nil }
        self.components = components
    }
}

/// A platform that an image is for, such as `linux/arm64` or `linux/arm/v7`.
package struct ImagePlatform: Sendable, Hashable, CustomStringConvertible {
    package let system: String
    package let architecture: String
    package let variant: String?

    /// What an image of data is for, where nothing else is said.
    package static let standard = [
        ImagePlatform(system: "linux", architecture: "amd64", variant: nil),
        ImagePlatform(system: "linux", architecture: "arm64", variant: nil),
    ]

    init(system: String, architecture: String, variant: String?) {
        self.system = system
        self.architecture = architecture
        self.variant = variant
    }

    /// Nil where the text is no platform.
    package init?(argument text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        func isWord(_ part: String) -> Bool {
            !part.isEmpty
                && part.utf8.allSatisfy {
                    (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x5F || $0 == 0x2E || $0 == 0x2D
                }
        }
        guard (2...3).contains(parts.count), parts.allSatisfy(isWord) else { return nil }
        self.init(system: parts[0], architecture: parts[1], variant: parts.count > 2 ? parts[2] : nil)
    }

    package var description: String {
        [system, architecture, variant].compactMap(\.self).joined(separator: "/")
    }
}
