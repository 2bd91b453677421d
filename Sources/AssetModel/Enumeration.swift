/// How many things a message lists before it only counts them: a line of versions stays a line.
package let enumerationLimit = 8

/// `a`; `a and b`; `a, b and c`; `a, b, c and 12 more`.
package func enumeration(_ words: [String], _ conjunction: String = "and", limit: Int = enumerationLimit) -> String {
    // One more word is shorter than `and 1 more`.
    let shown = words.count <= limit + 1 ? words : words.prefix(limit) + ["\(words.count - limit) more"]
    guard let last = shown.last, shown.count > 1 else { return shown.first ?? "" }
    return shown.dropLast().joined(separator: ", ") + " \(conjunction) " + last
}
