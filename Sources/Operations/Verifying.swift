package import AssetModel
package import Execution
package import FileSystem
package import Planning

/// Compares a resolution's assets with the lock, several at a time.
package struct Verifying: Sendable {
    private let session: Session
    private let directory: Directory

    package init(session: Session, directory: Directory) {
        self.session = session
        self.directory = directory
    }

    package func verify(_ resolution: Resolution) async throws(Faults) -> [VerifiedAsset] {
        let locked = Dictionary(
            session.lock.lock.assets.map { ($0.pin, $0) }, uniquingKeysWith: { first, _ in first })
        let verification = Verification(directory: directory)
        let answers = await concurrentMap(resolution.choices, window: 4) { choice in
            await Result<VerifiedAsset?, any Error>.catching {
                guard let asset = locked[choice.pin] else { return nil }
                let result = try await DiskQueue.shared.run { () throws(FileError) in
                    try verification.verify(asset, choice.selections)
                }
                return VerifiedAsset(pin: choice.pin, result: result)
            }
        }
        var results: [VerifiedAsset] = []
        for answer in answers {
            do {
                if let result = try answer.get() { results.append(result) }
            } catch {
                throw Faults(Fault(error))
            }
        }
        return results
    }

    /// Why what is there is fetched again.
    package func damaged(_ results: [VerifiedAsset]) -> [AssetPin: String] {
        Dictionary(
            results.compactMap { result in
                result.result.faults.first.map { fault in
                    (result.pin, "\(fault.kind.rawValue)\(fault.path.map { " file \($0)" } ?? "")")
                }
            }, uniquingKeysWith: { first, _ in first })
    }
}

/// An asset of the lock with what is wrong with it.
package struct VerifiedAsset: Sendable {
    package let pin: AssetPin
    package let result: Verification.Result
}
