import AssetModel
import Planning
import Testing
import Words

@testable import AssetsCommand

/// `assets.yaml` lines and what they come to, for goldens.
enum Example {
    static func name(_ text: String) throws -> AssetName { try AssetName(text) }

    static func pin(_ text: String) throws -> AssetPin {
        let specification = try AssetSpecification(parsing: text, in: .majorMinor)
        return AssetPin(name: specification.name, version: try #require(specification.requirement.exactVersion))
    }

    static func versions(_ texts: String) -> [AssetVersion] {
        texts.split(separator: " ").compactMap { VersioningSystem.majorMinor.version(String($0)) }
    }

    static func known(_ inStore: String?, local: String = "", place: String = "s3://acme/models/nlp/x.versions")
        -> KnownVersions
    {
        KnownVersions(inStore: inStore.map(versions), local: versions(local), places: [place])
    }

    /// What an entry at a line asks for, or, where `by` is given, what that entry depends on.
    static func demand(_ text: String, line: Int, by entry: String? = nil) throws -> Demand {
        let location = SourceLocation(file: "assets.yaml", line: line, column: 5)
        let excerpt = SourceExcerpt(location: location, line: "  - \(text)", length: text.unicodeScalars.count)
        return Demand(
            specification: try specification(text), chain: [.entry(entry ?? text, line: line)], excerpt: excerpt)
    }

    private static func specification(_ text: String) throws -> AssetSpecification {
        guard let space = text.firstIndex(of: " ") else {
            return try AssetSpecification(parsing: text, in: .majorMinor)
        }
        return AssetSpecification(
            name: try name(String(text[..<space])),
            requirement: try VersionRequirement(parsing: String(text[space...]), in: .majorMinor))
    }

    static func digest(_ byte: UInt8) -> SHA256Digest { SHA256Digest(bytes: Array(repeating: byte, count: 32)) }

    static let context = PlanContext(
        assetsDirectory: "/srv/assets", store: "s3://acme", prefix: "modelkit-assets", specFile: "assets.yaml",
        freeBytes: 512_000_000_000)

    /// A kept, a fetched and a refetched asset.
    static func plan() throws -> Plan {
        let (tokenizer, lexicon, weights) = (
            try pin("nlp/tokenizer:1.4"), try pin("nlp/lexicon:2.0"), try pin("vision/weights:10.3")
        )
        let file = ObjectFacts(path: nil, size: 34_100_000)
        let words = ObjectFacts(path: try RelativePath("en/words.txt"), size: 812)
        let sizeless = ObjectFacts(path: try RelativePath("fr/mots été.txt"))
        return Plan(
            steps: [
                Step(
                    pin: lexicon, action: .refetch(.incomplete(.noMarker)),
                    content: StepContent(kind: .directory, pushTime: 7, objects: [words, sizeless]),
                    neededBy: [.entry("nlp/lexicon:2[en]", line: 12), .asset(weights)]),
                Step(pin: tokenizer, action: .keep, content: nil, neededBy: [.entry("nlp/tokenizer:1.4", line: 11)]),
                Step(
                    pin: weights, action: .fetch, content: StepContent(kind: .file, pushTime: 7, objects: [file]),
                    neededBy: [.entry("vision/weights", line: 14)], waitsFor: [lexicon, tokenizer]),
            ], entries: [], warnings: [.notInStore(lexicon, inStore: [])])
    }
}

struct Unreachable: Error {}

/// The whole text of a problem, its parts each on a line of its own.
func text(_ failures: PlanningFailure...) -> [String] {
    let words = PlanningWords { _ in
        Problem(
            code: "unavailable", message: "the store cannot be reached", details: ["connection refused"],
            hint: "try again",
            exitStatus: 8)
    }
    return words.problems(PlanningFailures(failures)).map { problem in
        ["error[\(problem.code)] (\(problem.exitStatus)): \(problem.message)"] + problem.details.map { "  \($0)" }
            + [problem.hint.map { "hint: \($0)" }, problem.excerpt.map { "at \($0.location)" }].compactMap(\.self)
    }.map { $0.joined(separator: "\n") }
}
