/// The candidate nearest to a word, where one is near enough to be what was meant.
///
/// Near enough: an edit distance (insertions, deletions, substitutions, swaps of neighbours) of at most a third of the
/// word's length, and of 1 for words of up to 5 letters. Ties go to the first in order.
package func nearestWord<Words: Sequence<String>>(to word: String, in candidates: Words) -> String? {
    let letters = Array(word.lowercased().unicodeScalars.prefix(128))
    var best: (word: String, distance: Int)?
    for candidate in candidates {
        let other = Array(candidate.lowercased().unicodeScalars.prefix(128))
        guard abs(other.count - letters.count) <= max(1, letters.count / 3) else { continue }
        let distance = editDistance(letters, other)
        if distance <= max(1, letters.count / 3), best.map({ distance < $0.distance }) ?? true {
            best = (candidate, distance)
        }
    }
    return best?.word
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
