extension ModelkitAssets {
    /// The program's version by Semantic Versioning. A release is the tag `v` and it; `scripts/release-check` compares the
    /// changelog, the wheel and the tag with this one place.
    static let version = "0.1.0"
}
