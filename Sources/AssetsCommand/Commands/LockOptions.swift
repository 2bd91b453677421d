internal import AssetModel
internal import ArgumentParser
internal import Operations
internal import Planning

/// What part the lock plays.
struct LockOptions: ParsableArguments {
    @Flag(help: "Fail (status 7) if the lockfile would change")
    var locked = false

    @Flag(help: "Use the lockfile as it is, even if it does not match the spec")
    var frozen = false

    @Flag(help: "Neither read nor write the lockfile")
    var noLock = false

    @OptionGroup var upgrading: UpgradeOptions

    func validate() throws {
        guard [locked, frozen, noLock].count(where: \.self) < 2 else {
            throw ValidationError("--locked, --frozen and --no-lock cannot be combined")
        }
        guard !upgrading.isUpgrading || !(locked || frozen || noLock) else {
            throw ValidationError("--upgrade cannot be combined with --locked, --frozen or --no-lock")
        }
    }

    var request: LockRequest {
        let mode: LockMode = locked ? .locked : frozen ? .frozen : noLock ? .none : .update
        return LockRequest(mode: mode, upgrade: upgrading.names)
    }
}

/// Which pins of the lock may change.
struct UpgradeOptions: ParsableArguments {
    @Flag(help: "Upgrade every asset to the latest allowed version, ignoring the lockfile")
    var upgrade = false

    @Option(
        name: .customLong("upgrade-asset"), parsing: .singleValue,
        help: ArgumentHelp("Upgrade this asset; repeatable", valueName: "name"), completion: .names)
    var upgradeAsset: [String] = []

    func validate() throws {
        for name in upgradeAsset where (try? AssetName(name)) == nil {
            try Self.refuseVersion(name)
            throw ValidationError("invalid asset name `\(name)`")
        }
    }

    /// An upgrade goes to the latest version that is allowed, not to one that is named.
    static func refuseVersion(_ text: String) throws {
        guard let colon = text.firstIndex(of: ":"), (try? AssetName(String(text[..<colon]))) != nil else { return }
        throw ValidationError(
            "`\(text)` names a version, but an upgrade chooses the latest that is allowed",
            hint: "to use this version, run `modelkit-assets add \(text)`")
    }

    var isUpgrading: Bool { upgrade || !upgradeAsset.isEmpty }

    var names: Upgrade {
        if upgrade { return .everything }
        let names = Set(upgradeAsset.compactMap { try? AssetName($0) })
        return names.isEmpty ? .nothing : .only(names)
    }
}
