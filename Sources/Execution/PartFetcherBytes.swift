internal import AssetModel
internal import FileSystem
internal import NIOCore
internal import ObjectStore
internal import Planning

extension PartFetcher {
    /// How much is copied from file to file before it is looked whether the run was interrupted, in bytes; where there is a limit,
    /// a quarter of a second's worth.
    private var copyStep: Int64 { min(8 << 20, rateLimit.map { max($0.bytesPerSecond / 4, 64 << 10) } ?? .max) }

    /// Receives what was opened.
    func receive(_ opened: OpenedPart, into staged: StagedAsset) async throws -> ReceivedPart {
        let (part, download) = (opened.part, opened.download)
        switch download.body {
        case .file(let file): try await copy(file, download, part, staged)
        case .stream(let body):
            let writer = PartWriter(part: part, download: download, staged: staged, isWhole: isWhole(part, download))
            // Opening the file of a small object can take as long as all the rest, and is not for the threads that receive.
            if rateLimit != nil || writer.isWhole && download.range.count <= writeStep {
                try await write(body, with: writer)
            } else {
                try await drain(body, with: writer)
            }
        }
        return ReceivedPart(part: part, range: download.range, checksumFault: opened.checksumFault)
    }

    private func copy(
        _ source: OpenedFile, _ download: ObjectDownload, _ part: TransferMachine.Part, _ staged: StagedAsset
    ) async throws {
        let range = download.range
        if isWhole(part, download) { try await prepare(part, staged, download.attributes) }
        let path = staged.content.objects[part.object].path
        if range.isEmpty { try await note(range, of: path, in: staged) }
        var start = range.lowerBound
        while start < range.upperBound {
            try Task.checkCancellation()
            let step = start..<min(start + copyStep, range.upperBound)
            let count = try await DiskQueue.shared.run { () throws(FileError) in
                let file = try staged.openForWriting(part.object)
                let count = try file.copy(from: source.descriptor, step, to: step.lowerBound)
                if count == Int64(step.count) { try staged.objects[part.object].hasher.arrived(step, in: file) }
                return count
            }
            guard count == Int64(step.count) else { throw ended(early: step.lowerBound + count, part, staged) }
            try await note(step, of: path, in: staged)
            meter.received(Int(count))
            try await rateLimit?.take(step.count)
            emit(.received(staged.pin, bytes: count))
            start = step.upperBound
        }
    }

    private func note(_ range: Range<Int64>, of path: RelativePath?, in staged: StagedAsset) async throws {
        let line = Journal.line(part: range, of: path)
        try await DiskQueue.shared.run { () throws(FileError) in try staged.journal.append(line) }
    }

    private func prepare(
        _ part: TransferMachine.Part, _ staged: StagedAsset, _ attributes: ObjectAttributes
    ) async throws {
        let line = Journal.line(object: staged.content.objects[part.object].path, attributes)
        try await DiskQueue.shared.run { () throws(FileError) in
            _ = try staged.openEmpty(part.object)
            try staged.journal.append(line)
        }
    }

    /// Writes on the threads that receive.
    private func drain(_ body: any BodyStream, with writer: PartWriter) async throws {
        let (opened, file) = try await DiskQueue.shared.run { () throws(FileError) in
            var writer = writer
            let file = try writer.open()
            return (writer, file)
        }
        let sink = PartSink(opened, file, self)
        try await body.drain(into: sink)
        let drained = try sink.drained()
        try await DiskQueue.shared.run { try finish(drained) }
    }

    /// Writes on the disk's threads.
    private func write(_ body: any BodyStream, with writer: PartWriter) async throws {
        var writer = writer
        var gathered: [ByteBuffer] = []
        var size = 0
        for try await chunk in body {
            try Task.checkCancellation()
            guard chunk.readableBytes > 0 else { continue }
            meter.received(chunk.readableBytes)
            try await rateLimit?.take(chunk.readableBytes)
            size += chunk.readableBytes
            guard writer.offset + Int64(size) <= writer.end else {
                throw ended(late: writer.offset + Int64(size), writer)
            }
            gathered.append(chunk)
            guard size >= writeStep else { continue }
            let (step, chunks) = (writer, gathered)
            writer = try await DiskQueue.shared.run { try flush(chunks, step) }
            gathered.removeAll(keepingCapacity: true)
            size = 0
        }
        guard writer.offset + Int64(size) == writer.end else { throw ended(early: writer.offset + Int64(size), writer) }
        let (step, chunks) = (writer, gathered)
        // In one visit: the thread that does it is woken once for a small object.
        try await DiskQueue.shared.run { try finish(try flush(chunks, step)) }
    }

    /// Blocks on the disk.
    private func flush(_ chunks: [ByteBuffer], _ writer: PartWriter) throws(FileError) -> PartWriter {
        guard !chunks.isEmpty else { return writer }
        var writer = writer
        try writer.put(chunks, into: try writer.open())
        let start = writer.offset
        try writer.advance(past: chunks)
        emit(.received(writer.staged.pin, bytes: writer.offset - start))
        return writer
    }

    /// Blocks on the disk.
    private func finish(_ writer: PartWriter) throws {
        var writer = writer
        if let fault = try writer.finish()?.fault {
            throw ExecutionFailure(fault, address: store.address(of: key(writer.part, writer.staged)))
        }
    }
}
