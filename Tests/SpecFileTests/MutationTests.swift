import AssetModel
import Foundation
import Planning
import SpecFile
import Terminal
import Testing
import Words

@testable import AssetsCommand

/// Accepted files, damaged at random from a fixed seed.
struct MutationTests {
    /// SplitMix64 (https://prng.di.unimi.it/splitmix64.c): the same sequence on every run and machine.
    private struct SplitMix: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            state &+= 0x9E37_79B9_7F4A_7C15
            var mixed = state
            mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
            mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
            return mixed ^ (mixed >> 31)
        }
    }

    private static let pieces = [
        "*a", "&a ", "<<: ", "!!x ", "${", "}", "$", "[", "]", "{", ": ", "- ", "\n", "\t", "\r", "\"", "'", "|\n", "#",
        "---\n",
        "\u{0}", "é", "日", "?", ",", "%", "@", "\\", "null",
    ].map { Array($0.utf8) }

    private func damage(_ bytes: [UInt8], _ random: inout SplitMix) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 1...4, using: &random) {
            let place = Int.random(in: 0...bytes.count, using: &random)
            let end = min(bytes.count, place + Int.random(in: 0...6, using: &random))
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes.removeSubrange(place..<end)
            case 1: bytes.insert(contentsOf: Self.pieces.randomElement(using: &random) ?? [], at: place)
            case 2: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
            default: bytes.insert(contentsOf: bytes[place..<end], at: place)
            }
        }
        return bytes
    }

    @Test("a damaged file gives a manifest, or diagnostics with places inside the file", arguments: Corpus.accepted)
    func damagedFiles(name: String) throws {
        let bytes = try Corpus.bytes("accepted/\(name).yaml")
        var random = SplitMix(state: name.utf8.reduce(0) { $0 &* 31 &+ UInt64($1) })
        for _ in 0..<150 {
            let damaged = damage(bytes, &random)
            do throws(SpecReport) {
                _ = try Corpus.read(damaged)
            } catch {
                check(error.diagnostics, of: damaged)
            }
        }
    }

    private func check(_ diagnostics: [Diagnostic], of bytes: [UInt8]) {
        let text = String(decoding: bytes, as: UTF8.self)
        let lines = text.unicodeScalars.count { $0 == "\n" || $0 == "\r" } + 1
        #expect(!diagnostics.isEmpty)
        for diagnostic in diagnostics {
            guard let excerpt = diagnostic.excerpt else {
                Issue.record("no place: \(diagnostic.message) in \(text)")
                continue
            }
            #expect((1...lines).contains(excerpt.location.line), "\(diagnostic) in \(text)")
            #expect(
                (1...excerpt.line.unicodeScalars.count + 1).contains(excerpt.location.column),
                "\(diagnostic) in \(text)")
            #expect(!diagnostic.message.hasPrefix("invalid YAML"), "\(diagnostic) in \(text)")
        }
        let shown = DiagnosticText().render(diagnostics)
        #expect(!shown.unicodeScalars.contains { $0.properties.generalCategory == .control && $0 != "\n" })
    }
}
