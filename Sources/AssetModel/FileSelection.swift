/// Which files of a directory asset are wanted: those that a pattern of `include` takes (all, where there is none) and
/// no pattern of `exclude` does.
package struct FileSelection: Hashable, Sendable {
    package let include: [Glob]
    package let exclude: [Glob]

    package static let all = FileSelection(include: [], exclude: [])

    package var isAll: Bool { include.isEmpty && exclude.isEmpty }

    package init(include: [Glob], exclude: [Glob]) {
        self.include = include
        self.exclude = exclude
    }

    package func takes(_ path: RelativePath) -> Bool {
        (include.isEmpty || include.contains { $0.matches(path) }) && !exclude.contains { $0.matches(path) }
    }
}
