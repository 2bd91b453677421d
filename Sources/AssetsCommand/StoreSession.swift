internal import AssetModel
internal import Catalog
internal import FileSystem
internal import ObjectStore
internal import Planning
internal import StoreTransport

/// What a command that only looks at the store works with.
struct StoreSession: Sendable {
    let settings: Settings
    let store: any ObjectStore
    private let catalog: StoreCatalog

    init(flags: SettingFlags, _ shell: Shell) throws(Problems) {
        // The default spec file may say where the store is; one that is not there is no matter.
        let (_, settings) = try SpecReading.read(
            SpecOptions.defaultFile, flags: flags, environment: shell.environment, isOptional: true)
        try self.init(settings, shell)
    }

    init(_ settings: Settings, _ shell: Shell) throws(Problems) {
        self.settings = settings
        guard let store = try StoreOpening.open(settings, shell.retryLog()) else { throw Problems([.noStore]) }
        self.store = store
        catalog = StoreCatalog(store: store, system: settings.versioning.value)
    }

    /// The wanted assets with their versions, and what kept some from being told.
    func list(_ wants: (AssetName) -> Bool) async -> ([ListedAsset], [Problem]) {
        do {
            let names = try await catalog.names().filter(wants)
            var listed: [ListedAsset] = []
            var problems: [Problem] = []
            for (name, answer) in zip(names, await catalog.versions(of: names)) {
                switch answer {
                case .success(let versions):
                    listed.append(ListedAsset(name: name.text, versions: (versions ?? []).map(\.text)))
                case .failure(let error): problems.append(.wording(error))
                }
            }
            return (listed, problems)
        } catch {
            return ([], [Problem(error)])
        }
    }

    func show(_ asset: String) async throws(Problems) -> ShowDocument {
        let (pin, versions) = try await find(asset)
        do {
            return ShowDocument(pin, versions: versions, metadata: try await catalog.measuredMetadata(of: pin))
        } catch {
            throw Problems([Problem.wording(error)])
        }
    }

    /// The version that a specification string means, and all that there are, latest first.
    func find(_ asset: String) async throws(Problems) -> (AssetPin, [AssetVersion]) {
        let system = settings.versioning.value
        let specification: AssetSpecification
        do {
            specification = try AssetSpecification(parsing: asset, in: system)
        } catch {
            throw Problems([Problem(error, text: asset, in: system)])
        }
        do {
            let versions = try await catalog.versions(of: specification.name)
            guard let found = versions?.first(where: specification.requirement.isMet), let versions else {
                throw Problems([await missing(specification, versions)])
            }
            return (AssetPin(name: specification.name, version: found), versions)
        } catch let problems as Problems {
            throw problems
        } catch {
            throw Problems([Problem.wording(error)])
        }
    }

    private func missing(_ specification: AssetSpecification, _ versions: [AssetVersion]?) async -> Problem {
        if let versions {
            return Problem(
                code: "no-version",
                message: "no version of `\(specification.name)` meets `\(specification.requirement)`",
                details: ["there are \(enumeration(versions.map(\.text)))"], exitStatus: 5)
        }
        let near = nearestWord(
            to: specification.name.text, in: ((try? await catalog.names()) ?? []).map(\.text))
        return Problem(
            code: "unknown-asset", message: "there is no asset `\(specification.name)` in \(store.name)",
            hint: near.map { "did you mean `\($0)`?" } ?? "`modelkit-assets list` shows what there is", exitStatus: 5)
    }
}
