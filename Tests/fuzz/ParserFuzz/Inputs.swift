import AssetsTestSupport

/// The sequence of inputs of a seed, each of which can be made without those before it.
///
/// First the documents as they are, and what is made of brackets alone; then in turn one of all the small damages that
/// there are (each beginning of each document, each of its words replaced by each odd word) in an order of chance, and one
/// that has several of chance.
struct Inputs: Sendable {
    private let corpus: Corpus
    private let seed: UInt64
    private let fixed: [[UInt8]]
    private let damages: [Damage]
    private let words: [[UInt8]]

    /// A small damage to a document.
    private enum Damage: Sendable {
        case beginning(document: Int, count: Int)
        case replacement(document: Int, Range<Int>, word: Int)
    }

    /// Longer documents are damaged by chance alone.
    private static let longestForAll = 4096

    init(_ corpus: Corpus, seed: UInt64) {
        self.corpus = corpus
        self.seed = seed
        words = OddWords.all
        fixed = OddWords.nested(in: corpus.documents.map(\.bytes))
        var damages: [Damage] = []
        for (place, document) in corpus.documents.enumerated() where document.bytes.count <= Self.longestForAll {
            damages += document.bytes.indices.map { .beginning(document: place, count: $0) }
            for range in Self.wordRanges(in: document.bytes) {
                damages += OddWords.all.indices.map { .replacement(document: place, range, word: $0) }
            }
        }
        var random = SeededRandom(seed: seed)
        self.damages = damages.shuffled(using: &random)
    }

    subscript(number: Int) -> (input: [UInt8], mustBeAccepted: Bool) {
        let documents = corpus.documents
        if number < documents.count { return (documents[number].bytes, documents[number].mustBeAccepted) }
        let next = number - documents.count
        if next < fixed.count { return (fixed[next], false) }
        let (turn, half) = (next - fixed.count).quotientAndRemainder(dividingBy: 2)
        return (half == 0 && turn < damages.count ? apply(damages[turn]) : damaged(number), false)
    }

    private func apply(_ damage: Damage) -> [UInt8] {
        switch damage {
        case .beginning(let document, let count): return Array(corpus.documents[document].bytes.prefix(count))
        case .replacement(let document, let range, let word):
            var bytes = corpus.documents[document].bytes
            bytes.replaceSubrange(range, with: words[word])
            return bytes
        }
    }

    // MARK: Chance

    private func damaged(_ number: Int) -> [UInt8] {
        var random = SeededRandom(seed: seed &+ UInt64(number) &* 0x9E37_79B9_7F4A_7C15)
        var bytes = document(&random)
        for _ in 0..<(1 << Int.random(in: 0...3, using: &random)) { damage(&bytes, &random) }
        return Array(bytes.prefix(Slot.capacity))
    }

    private func document(_ random: inout SeededRandom) -> [UInt8] {
        corpus.documents.randomElement(using: &random)?.bytes ?? []
    }

    private func damage(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
        let start = Int.random(in: 0...bytes.count, using: &random)
        let end = min(bytes.count, start + Int.random(in: 0...12, using: &random))
        switch Int.random(in: 0..<10, using: &random) {
        case 0: bytes.removeSubrange(start..<end)
        case 1: bytes.insert(.random(in: 0...255, using: &random), at: start)
        case 2: bytes.insert(contentsOf: words.randomElement(using: &random) ?? [], at: start)
        case 3: bytes.insert(contentsOf: bytes[start..<end], at: start)
        case 4:
            let word = words.randomElement(using: &random) ?? []
            let count = Int.random(in: 1...600, using: &random)
            bytes.insert(contentsOf: Array(repeating: word.prefix(8), count: count).joined(), at: start)
        case 5:
            // The beginning of one and the end of another.
            let other = document(&random)
            bytes = bytes[..<start] + other.suffix(Int.random(in: 0...other.count, using: &random))
        case 6: if start < bytes.count { bytes[start] ^= 1 << UInt8.random(in: 0..<8, using: &random) }
        case 7: bytes.removeLast(bytes.count - start)
        default: replaceWord(&bytes, &random)
        }
    }

    /// By an odd word, or by one of a document.
    private func replaceWord(_ bytes: inout [UInt8], _ random: inout SeededRandom) {
        guard let range = Self.wordRanges(in: bytes).randomElement(using: &random) else { return }
        let other = document(&random)
        let known = Self.wordRanges(in: other).randomElement(using: &random).map { Array(other[$0]) }
        let word = Bool.random(using: &random) ? words.randomElement(using: &random) : known
        bytes.replaceSubrange(range, with: word ?? [])
    }

    /// Runs of letters and digits, and what stands in double quotes, with them.
    private static func wordRanges(in bytes: [UInt8]) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        var start: Int?
        var quote: Int?
        for (place, byte) in bytes.enumerated() {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), 0x80...:
                start = start ?? place
            default:
                if let first = start { ranges.append(first..<place) }
                start = nil
            }
            guard byte == UInt8(ascii: "\"") else { continue }
            if let first = quote { ranges.append(first..<place + 1) }
            quote = quote == nil ? place : nil
        }
        if let start { ranges.append(start..<bytes.count) }
        return ranges
    }
}
