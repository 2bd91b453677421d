import AssetModel
import AssetsTestSupport
import FileSystem
import FoundationEssentials
import ObjectStore
import Planning
import StoreProviders
import Testing

@testable import Execution

@Suite struct ExecutorTests {
    // MARK: What it makes

    @Test func putsFilesAndFoldersInPlaceWithTheirMarkers() async throws {
        let store = InMemoryStore(["a/1.0": "file", "b/2.0/x": "one", "b/2.0/en/y": "two", "b/2.0/empty": ""])
        try await withScene(store) { scene async throws in
            let plan = try Plan(
                steps: [.file("a", "1.0"), .directory("b", "2.0", ["x", "en/y", "empty"])], entries: [])
            let report = await scene.execute(plan)
            #expect(report.words == ["a:1.0 fetched 1/4", "b:2.0 fetched 3/6"])
            #expect(
                try tree(scene.path) == [
                    "a": "/", "a/1.0": "file", "a/.1.0.SUCCESS": "", "b": "/", "b/2.0": "/", "b/2.0/x": "one",
                    "b/2.0/en": "/", "b/2.0/en/y": "two", "b/2.0/empty": "", "b/2.0/.SUCCESS": "",
                ])
            for path in ["", "a", "a/1.0", "a/.1.0.SUCCESS", "b", "b/2.0", "b/2.0/en", "b/2.0/en/y", "b/2.0/.SUCCESS"] {
                #expect(try scene.time(path) == 1_700_000_000, "\(path)")
            }
            for path in [".cache", ".cache/a.lock", ".cache/b.lock"] { #expect(try scene.time(path) == 0, "\(path)") }
            #expect(try scene.mode("b/2.0/en/y") == 0o644)
            #expect(try scene.mode("b/2.0/en") == 0o755)
        }
    }

    @Test func bringsALargeObjectInParts() async throws {
        let content = (0..<100).map { "\($0)," }.joined()
        let store = InMemoryStore(["a/1.0": content])
        try await withScene(store, partSize: 16) { scene async throws in
            let report = await scene.execute(try Plan(steps: [.file("a", "1.0")], entries: []))
            #expect(report.words == ["a:1.0 fetched 1/\(content.utf8.count)"])
            #expect(try text(of: scene.path + "/a/1.0") == content)
            #expect(store.gets(of: "a/1.0") == (content.utf8.count + 15) / 16)
        }
    }

    @Test func copiesFromAFolder() async throws {
        try await withTemporaryDirectory { source async throws in
            let content = String(repeating: "0123456789", count: 100)
            try write(content, to: source + "/a/1.0")
            try write("", to: source + "/b/1.0/empty")
            try await withScene(try LocalStore(path: source), partSize: 64) { scene async throws in
                let report = await scene.execute(
                    try Plan(steps: [.file("a", "1.0"), .directory("b", "1.0", ["empty"])], entries: []))
                #expect(report.words == ["a:1.0 fetched 1/1000", "b:1.0 fetched 1/0"])
                #expect(try text(of: scene.path + "/a/1.0") == content)
            }
        }
    }

    @Test func takesTheFixedTimeInPlaceOfThePushDate() async throws {
        try await withScene(InMemoryStore(["a/1.0": "file"]), fixedTime: 5) { scene async throws in
            _ = await scene.execute(try Plan(steps: [.file("a", "1.0")], entries: []))
            for path in ["", "a", "a/1.0", "a/.1.0.SUCCESS", ".cache/a.lock"] {
                #expect(try scene.time(path) == 5, "\(path)")
            }
        }
    }

    @Test func marksNothingThatIsNotWhole() async throws {
        try await withScene(InMemoryStore(["b/2.0/x": "one", "b/2.0/y": "two"])) { scene async throws in
            let step = try Step.directory(
                "b", "2.0", ["x"], selection: [FileSelection(include: [#require(Glob("x"))], exclude: [])])
            _ = await scene.execute(Plan(steps: [step], entries: []))
            #expect(
                try tree(scene.path) == [
                    "b": "/", "b/2.0": "/", "b/2.0/x": "one", ".modelkit-assets": "/", ".modelkit-assets/partial": "/",
                    ".modelkit-assets/partial/b": "/", ".modelkit-assets/partial/b/@2.0": "x\n",
                ])
            let whole = try Step.directory("b", "2.0", ["x", "y"], action: .refetch(.moreFiles))
            _ = await scene.execute(Plan(steps: [whole], entries: []))
            #expect(
                try tree(scene.path) == [
                    "b": "/", "b/2.0": "/", "b/2.0/x": "one", "b/2.0/y": "two", "b/2.0/.SUCCESS": "",
                ])
        }
    }

    @Test func replacesWhatIsThere() async throws {
        try await withScene(InMemoryStore(["a/1.0": "new", "b/2.0/x": "new", "c/1.0": "new"])) { scene async throws in
            try write("old", to: scene.path + "/b/2.0/y/z")
            try write("old folder where the file belongs", to: scene.path + "/a/1.0/x")
            try write("", to: scene.path + "/c/1.0/empty folder where the file belongs/x")
            let report = await scene.execute(
                try Plan(
                    steps: [
                        .file("a", "1.0", action: .refetch(.incomplete(.noMarker))),
                        .directory("b", "2.0", ["x"], action: .refetch(.forced)),
                        .file("c", "1.0", action: .refetch(.incomplete(.noMarker))),
                    ], entries: []))
            #expect(report.words == ["a:1.0 fetched 1/3", "b:2.0 fetched 1/3", "c:1.0 fetched 1/3"])
            #expect(report.kept.map(\.path) == [".modelkit-assets/replaced/a/@1.0"])
            let kept = ".modelkit-assets/replaced"
            #expect(
                try tree(scene.path) == [
                    "a": "/", "a/1.0": "new", "a/.1.0.SUCCESS": "", "b": "/", "b/2.0": "/", "b/2.0/x": "new",
                    "b/2.0/.SUCCESS": "", "c": "/", "c/1.0": "new", "c/.1.0.SUCCESS": "", ".modelkit-assets": "/",
                    kept: "/", "\(kept)/a": "/", "\(kept)/a/@1.0": "/",
                    "\(kept)/a/@1.0/x": "old folder where the file belongs",
                ])
        }
    }

    // MARK: What it refuses

    @Test func keepsOutWhatIsNotWhatWasPinned() async throws {
        let store = InMemoryStore(["a/1.0": "hello", "b/1.0": "hello", "c/1.0": "hello"])
        try await withScene(store) { scene async throws in
            let right = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824"
            let wrong = String(repeating: "0", count: 64)
            let plan = try Plan(
                steps: [
                    .file("a", "1.0", sha256: right), .file("b", "1.0", sha256: wrong), .file("c", "1.0", size: 4),
                ],
                entries: [])
            let report = await scene.execute(plan)
            let mismatch = DigestMismatch(
                address: "memory/b/1.0", expected: wrong, actual: right, recorder: .store, cause: nil)
            #expect(
                report.words == [
                    "a:1.0 fetched 1/5",
                    "b:1.0 \(ExecutionFailure.digest(mismatch)) 1/5",
                    "c:1.0 \(ExecutionFailure.size(address: "memory/c/1.0", expected: 4, actual: 5, recorder: .store)) 0/0",
                ])
            #expect(try tree(scene.path) == ["a": "/", "a/1.0": "hello", "a/.1.0.SUCCESS": ""])
        }
    }

    @Test func skipsWhatNeedsAFailedAssetAndGoesOnWithTheRest() async throws {
        try await withScene(InMemoryStore(["b/1.0": "b", "c/1.0": "c", "d/1.0": "d"])) { scene async throws in
            let plan = try Plan(
                steps: [
                    .file("a", "1.0"), .file("b", "1.0", waitsFor: ["a"]), .file("c", "1.0", waitsFor: ["b"]),
                    .file("d", "1.0"),
                ], entries: [])
            let report = await scene.execute(plan)
            #expect(
                report.results.map(\.outcome.word) == [
                    "store notFound", "skipped because a:1.0", "skipped because a:1.0", "fetched",
                ])
            #expect(
                try tree(scene.path).keys.sorted().filter { !$0.hasPrefix(".") } == ["d", "d/.1.0.SUCCESS", "d/1.0"])
        }
    }

    @Test func followsNoLinkOnTheWay() async throws {
        try await withTemporaryDirectory { outside async throws in
            try await withScene(InMemoryStore(["a/1.0": "a", "n/b/1.0/x": "b", "c/1.0": "c"])) { scene async throws in
                try FileManager.default.createSymbolicLink(atPath: scene.path + "/a", withDestinationPath: outside)
                try FileManager.default.createSymbolicLink(atPath: scene.path + "/n", withDestinationPath: outside)
                let plan = try Plan(
                    steps: [.file("a", "1.0"), .directory("n/b", "1.0", ["x"]), .file("c", "1.0")], entries: [])
                let report = await scene.execute(plan)
                #expect(
                    report.results.map(\.outcome.word) == [
                        "file \(scene.path)/a: symbolicLink",
                        "file \(scene.path)/n: symbolicLink", "fetched",
                    ])
                #expect(try tree(outside) == [:])
            }
        }
    }

    @Test(arguments: [1, 3, 8])
    func noticesAContentThatEndsEarlyOrLate(_ length: Int) async throws {
        let store = FaultyStore(InMemoryStore(["a/1.0": "12345"])) { (key, options) throws(StoreError) in
            let attributes = ObjectAttributes(size: 5, entityTag: "t")
            return ObjectDownload(
                attributes: attributes, range: 0..<5,
                body: .stream(Chunks([UInt8](repeating: 49, count: length), size: 4)))
        }
        try await withScene(store) { scene async throws in
            let report = await scene.execute(try Plan(steps: [.file("a", "1.0")], entries: []))
            #expect(report.results.map(\.outcome.word) == ["store invalidAnswer"])
            #expect(!FileManager.default.fileExists(atPath: scene.path + "/a/1.0"))
        }
    }

    @Test func noticesAnObjectThatChangesUnderWay() async throws {
        let memory = InMemoryStore(["a/1.0": "0123456789"])
        let store = FaultyStore(memory) { (key, options) throws(StoreError) in
            if options.entityTag != nil { memory.put("a/1.0", "9876543210") }
            return nil
        }
        try await withScene(store, partSize: 4) { scene async throws in
            let report = await scene.execute(try Plan(steps: [.file("a", "1.0")], entries: []))
            #expect(report.results.map(\.outcome.word) == ["store changed"])
            #expect(try tree(scene.path)["a"] == nil)
        }
        // What was in staging of the old content is not gone on from.
        try await withScene(memory, partSize: 4) { scene async throws in
            #expect(
                await scene.execute(try Plan(steps: [.file("a", "1.0")], entries: [])).words == ["a:1.0 fetched 1/10"])
        }
    }

    // MARK: Interruptions

    @Test func goesOnWhereItWasInterrupted() async throws {
        let memory = InMemoryStore(["a/1.0": "0123456789", "b/1.0/x": "x", "b/1.0/y": "y", "b/1.0/z": "z"])
        // Two parts of the one and one file of the other arrive; then nothing answers any more.
        let store = FaultyStore(memory) { (key, options) throws(StoreError) in
            if options.range?.lowerBound != 8, key.text != "b/1.0/y", key.text != "b/1.0/z" { return nil }
            do {
                try await Task.sleep(for: .seconds(3600))
            } catch {
                throw StoreError(.unavailable, operation: .get, address: "", detail: "cancelled")
            }
            return nil
        }
        try await withScene(store, partSize: 4) { scene async throws in
            let plan = try Plan(steps: [.file("a", "1.0"), .directory("b", "1.0", ["x", "y", "z"])], entries: [])
            let report = await withTaskGroup(of: Report?.self) { group in
                group.addTask { await scene.execute(plan) }
                group.addTask {
                    while scene.stagedParts(of: "a/@1.0") + scene.stagedParts(of: "b/@1.0") < 3 { await Task.yield() }
                    return nil
                }
                var report: Report?
                for await result in group {
                    group.cancelAll()
                    report = result ?? report
                }
                return report
            }
            #expect(report?.results.allSatisfy { if case .fetched = $0.outcome { false } else { true } } == true)
            #expect(try tree(scene.path).keys.allSatisfy { $0.hasPrefix(".modelkit-assets") })
            // The second run asks for what is missing alone.
            let before = memory.allGets
            let second = Scene(store: memory, path: scene.path, options: ExecutionOptions(partSizes: .fixed(4)))
            #expect(await second.execute(plan).words == ["a:1.0 fetched 1/2", "b:1.0 fetched 2/2"])
            #expect(memory.allGets - before == 3)
            #expect(try text(of: scene.path + "/a/1.0") == "0123456789")
            #expect(try tree(scene.path).keys.allSatisfy { !$0.hasPrefix(".modelkit-assets") })
        }
    }

    @Test func trustsNoStagingOfAnotherPush() async throws {
        let memory = InMemoryStore(["b/1.0/x": "x", "b/1.0/y": "y"])
        let failing = FaultyStore(memory) { (key, options) throws(StoreError) in
            guard key.text == "b/1.0/y" else { return nil }
            throw StoreError(.unavailable, operation: .get, address: "", detail: "down")
        }
        try await withScene(failing) { scene async throws in
            _ = await scene.execute(try Plan(steps: [.directory("b", "1.0", ["x", "y"])], entries: []))
            let second = Scene(store: memory, path: scene.path, options: ExecutionOptions())
            let report = await second.execute(
                try Plan(steps: [.directory("b", "1.0", ["x", "y"], pushTime: 1_800_000_000)], entries: []))
            #expect(report.words == ["b:1.0 fetched 2/2"])
        }
    }

    // MARK: Others

    @Test func waitsNoLongerThanItMayForALock() async throws {
        try await withScene(InMemoryStore(["a/1.0": "a", "b/1.0": "b"]), lockSeconds: 0.2) { scene async throws in
            let held = try await AssetLock.tryAcquire(AssetName("a"), in: scene.directory)
            let report = await scene.execute(try Plan(steps: [.file("a", "1.0"), .file("b", "1.0")], entries: []))
            #expect(report.results.map(\.outcome.word) == ["lock \(scene.path)/.cache/a.lock", "fetched"])
            withExtendedLifetime(held) {}
        }
    }

    /// They have one lock: each gives it back when it is in place, not when the run ends.
    @Test func bringsSeveralVersionsOfAnAssetOneAfterTheOther() async throws {
        let store = InMemoryStore(["a/1.0": "1", "a/1.1": "2", "a/1.2": "3"])
        try await withScene(store, lockSeconds: 5) { scene async throws in
            let steps = try ["1.0", "1.1", "1.2"].map { try Step.file("a", $0) }
            let one = Scene(
                store: store, path: scene.path,
                options: ExecutionOptions(concurrency: 1...1, lockWait: scene.options.lockWait))
            #expect(
                await one.execute(Plan(steps: steps, entries: [])).results.allSatisfy { $0.outcome.word == "fetched" })
        }
    }

    @Test func downloadsEachObjectOnceHoweverManyRun() async throws {
        let names = (0..<12).map { "n\($0)" }
        let store = InMemoryStore(Dictionary(uniqueKeysWithValues: names.map { ("\($0)/1.0", $0) }), chunkSize: 1)
        // Beside hundreds of tests that sync, a run may have to wait for long.
        try await withScene(store, lockSeconds: 300) { scene async throws in
            let steps = try names.enumerated().map { index, name in
                try Step.file(name, "1.0", waitsFor: index % 3 == 0 ? [] : [names[index - 1]])
            }
            let reports = await withTaskGroup(of: Report.self) { group in
                for _ in 0..<4 { group.addTask { await scene.execute(Plan(steps: steps, entries: [])) } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            for report in reports {
                #expect(report.results.allSatisfy { ["fetched", "present"].contains($0.outcome.word) })
            }
            for name in names { #expect(store.gets(of: "\(name)/1.0") == 1, "\(name)") }
            #expect(try tree(scene.path).count == names.count * 3)
        }
    }
}
