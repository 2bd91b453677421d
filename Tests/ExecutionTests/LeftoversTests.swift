import AssetModel
import AssetsTestSupport
import FileSystem
import ObjectStore
import Planning
import Testing

@testable import Execution

/// What housekeeping makes of what killed runs left.
@Suite("Tidying up after killed runs") struct LeftoversTests {
    @Test("what is staged of a version that is in place goes, what is staged of one that is not stays")
    func stagedOfThePlan() async throws {
        try await withStaging { staging async throws in
            try staging.install("a/1.0")
            try staging.install("b/1.0", ["x": "one"])
            for place in ["a/@1.0", "a/@1.1", "b/@1.0"] { try leave(place, in: staging) }
            try tidy(
                plan(.file("a", "1.0"), .file("a", "1.1"), .directory("b", "1.0", ["x"])), in: staging)
            #expect(try left(in: staging) == ["a/@1.1/content", "a/@1.1/journal"])
        }
    }

    @Test("what is staged of a version that is in no plan goes only where it is said to be abandoned")
    func stagedOfOthers() async throws {
        for isAbandoned in [false, true] {
            try await withStaging { staging async throws in
                try leave("a/@1.0", in: staging)
                try leave("gone/b/@2.0", in: staging)
                try tidy(plan(.file("a", "1.0")), in: staging, abandoned: isAbandoned)
                let others = isAbandoned ? [] : ["gone/b/@2.0/content", "gone/b/@2.0/journal"]
                #expect(try left(in: staging) == ["a/@1.0/content", "a/@1.0/journal"] + others)
            }
        }
    }

    @Test("nothing of an asset whose lock another run holds is touched")
    func stagedOfOtherRuns() async throws {
        try await withStaging { staging async throws in
            try staging.install("a/1.0")
            try leave("a/@1.0", in: staging)
            try leave("a/@1.0.removing", in: staging, [""])
            let before = try tree(staging.path)
            let lock = try #require(try await AssetLock.tryAcquire(AssetName("a"), in: staging.directory))
            try tidy(plan(.file("a", "1.0")), in: staging, abandoned: true)
            #expect(try tree(staging.path) == before)
            withExtendedLifetime(lock) {}
        }
    }

    @Test("what no asset can have for a name is left alone")
    func noNames() async throws {
        try await withStaging { staging async throws in
            try leave("-no-/@1.0", in: staging)
            try tidy(plan(), in: staging, abandoned: true)
            #expect(try left(in: staging) == ["-no-/@1.0/content", "-no-/@1.0/journal"])
        }
    }

    @Test("a removal that a killed run began is gone on with")
    func removal() async throws {
        try await withStaging { staging async throws in
            try write("rest", to: "\(staging.path)/n/a/1.0/x")
            try leave("n/a/@1.0.removing", in: staging, [""])
            try leave("n/a/@1.0.removed", in: staging)
            try tidy(plan(), in: staging)
            #expect(try tree(staging.path) == [:])
        }
    }

    @Test("a version that was fetched again since is not removed")
    func removalOfWhatIsBack() async throws {
        try await withStaging { staging async throws in
            try staging.install("a/1.0", ["x": "one"])
            try leave("a/@1.0.removing", in: staging, [""])
            try leave("a/@1.0.removed", in: staging)
            try tidy(plan(), in: staging)
            #expect(try tree(staging.path) == ["a": "/", "a/1.0": "/", "a/1.0/x": "one", "a/1.0/.SUCCESS": ""])
        }
    }

    @Test("what was being replaced, and is whole no more, goes with what is abandoned; what is whole stays")
    func replacing() async throws {
        try await withStaging { staging async throws in
            try write("rest", to: "\(staging.path)/a/1.0/x")
            try staging.install("b/1.0", ["x": "one"])
            try leave("a/@1.0", in: staging, ["/journal", "/replacing"])
            try leave("b/@1.0", in: staging, ["/journal", "/replacing"])
            try tidy(plan(), in: staging, abandoned: true)
            #expect(try tree(staging.path) == ["b": "/", "b/1.0": "/", "b/1.0/x": "one", "b/1.0/.SUCCESS": ""])
        }
    }

    @Test("room that was taken for bytes that did not come is given back, where no run is at it")
    func room() async throws {
        try await withStaging { staging async throws in
            let content = ".modelkit-assets/staging/a/@1.0/content"
            try await takeRoom(in: staging) {
                try tidy(plan(), in: staging)
                #expect(try staging.status(content).size == 4 << 20)
            }
            try tidy(plan(), in: staging)
            #expect(try staging.status(content).size == 10)
            #expect(try staging.status(content).allocated < 1 << 20)
        }
    }

    /// - Parameter body: run while the asset is still being fetched.
    private func takeRoom(in staging: Staging, _ body: () throws -> Void) async throws {
        let staged = try await staging.claim(try .file("a", "1.0"))
        let attributes = ObjectAttributes(size: 4 << 20, entityTag: "t")
        try staged.journal.append(Journal.line(object: nil, attributes) + Journal.line(part: 0..<10, of: nil))
        try staged.openEmpty(0).write([UInt8](repeating: 1, count: 4 << 20))
        try body()
        withExtendedLifetime(staged) {}
    }

    /// What a run leaves in staging that is killed.
    private func leave(
        _ entry: String, in staging: Staging, _ names: [String] = ["/content", "/journal"]
    ) throws {
        for name in names { try write("left", to: "\(staging.path)/.modelkit-assets/staging/\(entry)\(name)") }
    }

    /// The files that are left in staging.
    private func left(in staging: Staging) throws -> [String] {
        try staging.own("staging").filter { $0.value != "/" }.keys.sorted()
    }
}
