internal import AssetModel
internal import Catalog
internal import FileSystem
internal import ObjectStore
internal import Planning

/// What a plan assumes of the assets directory and of the store, as it is now.
struct PlanSurroundings: Sendable {
    let session: Session

    /// How a plan file calls an asset of which some files are there.
    static let partial = "there in part"

    /// But for the tool's own folder, which a run makes before it begins.
    func isDirectoryEmpty() throws(Faults) -> Bool {
        do throws(FileError) {
            return try session.directory?.entries().allSatisfy { $0 == ToolLayout.folder } ?? true
        } catch {
            throw Faults(Fault(error))
        }
    }

    func local(_ pin: AssetPin) async throws(Faults) -> String {
        do {
            switch try await session.catalog.localState(of: pin) {
            case .missing: return "missing"
            case .complete: return "complete"
            case .partial: return Self.partial
            case .incomplete: return "incomplete"
            }
        } catch {
            throw Faults(Fault(error))
        }
    }
}

extension ObjectKey {
    /// Of the objects of each step.
    static func keys(of steps: [Step]) -> [[ObjectKey]] {
        steps.map { step in (step.content?.objects ?? []).map { ObjectKey(of: step.pin, path: $0.path) } }
    }
}

extension Array {
    /// Consecutive pieces of these lengths.
    func divided(by lengths: [Int]) -> [[Element]] {
        var rest = self[...]
        return lengths.map { length in
            defer { rest = rest.dropFirst(length) }
            return Array(rest.prefix(length))
        }
    }
}
