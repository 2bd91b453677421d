import AssetsTestSupport
import Testing

@testable import FileSystem

@Suite struct NewFileTests {
    private let names = NewFile.Names(prefix: ".lock.", suffix: ".new")

    @Test(arguments: [
        "", ".lock.1", "1.new", ".lock..new", ".lock.a.new", ".lock.1.new.new", ".lock.1.newer", "x.lock.1.new",
    ])
    func includesNothingElse(_ name: String) { #expect(!names.include(name)) }

    @Test func removesWhatNobodyHolds() async throws {
        try await withTemporaryDirectory { path async throws in
            let folder = try Directory.open(path)
            let held = try NewFile(names, in: folder)
            for entry in [".lock.17.new", ".lock.a.new", "other"] { _ = try folder.createNewFile(entry) }
            try write("a part", to: path + "/.lock.18.new/1")
            try names.sweep(folder)
            #expect(Set(try folder.entries()) == [held.name, ".lock.a.new", "other"])
        }
    }

    @Test func isPlacedOverWhatHasTheName() async throws {
        try await withTemporaryDirectory { path async throws in
            let folder = try Directory.open(path)
            try write("before", to: path + "/lock")
            let new = try NewFile(names, in: folder)
            try new.file.write("after")
            try new.place(as: "lock", in: folder)
            #expect(try folder.entries() == ["lock"])
            #expect(try text(of: path + "/lock") == "after")
        }
    }
}
