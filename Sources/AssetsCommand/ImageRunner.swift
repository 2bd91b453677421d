internal import AssetModel
internal import ImageFormat
internal import Operations
internal import Terminal

/// Makes an image, and tells what it is made of.
struct ImageRunner: Sendable {
    let shell: Shell
    let session: Session
    let request: Imaging.Request
    let format: ResultFormat

    private static let interrupted = "interrupted: run again to write the image"

    private var imaging: Imaging { Imaging(session, shell) }

    /// - Parameter target: where it would be written to; nil for nowhere.
    /// - Returns: the exit status.
    func plan(for target: LayoutTarget?) async throws(Faults) -> Int32 {
        let planned = try await imaging.plan(request, for: target)
        let document = ImageDocument(planned, request)
        switch format {
        case .text: shell.console.writeResult(ImageText(document, width: shell.resultWidth).table)
        case .json: write(document)
        }
        return 0
    }

    /// - Returns: the exit status.
    func write(to target: LayoutTarget) async throws(Faults) -> Int32 {
        let (result, signal) = await Interruption.cancelling(lastWords: shell.lastWords(Self.interrupted)) {
            await image(target)
        }
        shell.tellRetries(of: session)
        if let signal, case .failure = result {
            shell.answer(interruptedBy: signal)
            shell.remark(Self.interrupted)
            return 128 + signal
        }
        let document = ImageDocument(try result.get(), target, request)
        switch format {
        case .text: shell.console.writeResult("\(document.reference ?? "")\n")
        case .json: write(document)
        }
        shell.remark(ImageText(document, width: nil).summary(target))
        return 0
    }

    /// - Parameter isDry: whether nothing is sent.
    /// - Returns: the exit status.
    func push(_ push: ImagePushing.Request, isDry: Bool) async throws(Faults) -> Int32 {
        let pushing = try ImagePushing(imaging, push)
        guard isDry else { return try await send(pushing) }
        let document = ImageDocument(try await pushing.plan(request), request)
        switch format {
        case .text: shell.console.writeResult(ImageText(document, width: shell.resultWidth).table)
        case .json: write(document)
        }
        return 0
    }

    private func send(_ pushing: ImagePushing) async throws(Faults) -> Int32 {
        let (result, signal) = await Interruption.cancelling(lastWords: shell.lastWords(Self.pushInterrupted)) {
            await pushed(pushing)
        }
        shell.tellRetries(of: session)
        if let signal, case .failure = result {
            shell.answer(interruptedBy: signal)
            shell.remark(Self.pushInterrupted)
            return 128 + signal
        }
        let image = try result.get()
        let document = ImageDocument(image, request)
        switch format {
        case .text: shell.console.writeResult("\(image.reference)\n")
        case .json: write(document)
        }
        shell.remark(ImageText(document, width: nil).summary(image))
        return 0
    }

    private static let pushInterrupted = "interrupted: run again to push what is still missing"

    private func pushed(_ pushing: ImagePushing) async -> Result<PushedImage, Faults> {
        do throws(Faults) {
            return .success(try await pushing.push(request))
        } catch {
            return .failure(error)
        }
    }

    private func image(_ target: LayoutTarget) async -> Result<WrittenImage, Faults> {
        do throws(Faults) {
            let contents = try await imaging.contents(request)
            return .success(try await imaging.write(contents, to: target, request))
        } catch {
            return .failure(error)
        }
    }

    private func write(_ document: ImageDocument) {
        if let text = try? JSONText.document(document) { shell.console.writeResult(text) }
    }
}
