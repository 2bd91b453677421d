internal import AssetModel
internal import ArgumentParser
internal import Operations
internal import Planning

/// What part the lock plays.
struct LockOptions: ParsableArguments {
    @Flag(help: "Fail (status 7) where the lock would have to change.")
    var locked = false

    @Flag(help: "Take the versions of the lock as they are, without comparing it with the spec.")
    var frozen = false

    @Flag(help: "Neither read nor write the lock.")
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
    @Flag(help: "Choose all versions anew.")
    var upgrade = false

    @Option(
        name: .customLong("upgrade-asset"), parsing: .singleValue,
        help: ArgumentHelp("Choose the version of this asset anew; may be repeated.", valueName: "name"))
    var upgradeAsset: [String] = []

    func validate() throws {
        for name in upgradeAsset where (try? AssetName(name)) == nil {
            throw ValidationError("invalid asset name `\(name)`")
        }
    }

    var isUpgrading: Bool { upgrade || !upgradeAsset.isEmpty }

    var names: Upgrade {
        if upgrade { return .everything }
        let names = Set(upgradeAsset.compactMap { try? AssetName($0) })
        return names.isEmpty ? .nothing : .only(names)
    }
}
