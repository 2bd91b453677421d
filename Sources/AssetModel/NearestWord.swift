/// The candidate nearest to a word, where one is near enough to be what was meant.
///
/// Near enough: an edit distance (insertions, deletions, substitutions, swaps of neighbours) of at most a third of the
/// word's length, and of 1 for words of up to 5 letters. Ties go to the first in order.
package func nearestWord<Words: Sequence<String>>(to word: String, in candidates: Words) -> String? {
    nearestWords(to: word, in: candidates, limit: 1).first
}

/// The candidates that are near enough to a word, nearest first.
package func nearestWords<Words: Sequence<String>>(to word: String, in candidates: Words, limit: Int) -> [String] {
    let letters = Array(word.lowercased().unicodeScalars.prefix(128))
    let farthest = max(1, letters.count / 3)
    var near: [(word: String, distance: Int, place: Int)] = []
    for (place, candidate) in candidates.enumerated() {
        let other = Array(candidate.lowercased().unicodeScalars.prefix(128))
        var distance = abs(other.count - letters.count) <= farthest ? editDistance(letters, other) : .max
        // A name without its folder is near to the whole one.
        if !letters.contains("/"), let last = other.split(separator: "/").last, last.count < other.count,
            abs(last.count - letters.count) <= farthest
        {
            distance = min(distance, max(1, editDistance(letters, Array(last))))
        }
        if distance <= farthest { near.append((candidate, distance, place)) }
    }
    near.sort { ($0.distance, $0.place) < ($1.distance, $1.place) }
    return near.prefix(limit).map(\.word)
}

/// The optimal string alignment distance; O(a · b) time, O(b) memory.
private func editDistance(_ a: [Unicode.Scalar], _ b: [Unicode.Scalar]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...b.count)
    for i in a.indices {
        var row = [i + 1]
        for j in b.indices {
            var cost = min(last[j + 1] + 1, row[j] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 1) }
            row.append(cost)
        }
        (beforeLast, last) = (last, row)
    }
    return last[b.count]
}
