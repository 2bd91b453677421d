extension Unicode.Scalar {
    /// Whether it is of the general category Cc, without a look into Unicode's tables.
    package var isControl: Bool { value < 0x20 || (0x7F...0x9F).contains(value) }
}
