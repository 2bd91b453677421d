internal import AssetModel
internal import Execution
internal import ImageFormat
internal import Synchronization

/// Tells how far assets are on their way into layers. One that is in several layers begins with the first and ends with the
/// last.
///
/// A class because layers are made at the same time.
final class PackingProgress: Sendable {
    private struct State {
        /// In how many layers the asset is still to go.
        var left: [AssetPin: Int]
        var begun: Set<AssetPin> = []
    }

    private let state: Mutex<State>
    private let emit: @Sendable (ExecutionEvent) -> Void

    init(_ layers: [ImageLayer], _ emit: @escaping @Sendable (ExecutionEvent) -> Void) {
        let counts = Dictionary(layers.flatMap(\.pins).map { ($0, 1) }, uniquingKeysWith: +)
        state = Mutex(State(left: counts))
        self.emit = emit
    }

    func begin(_ part: LayerPart) {
        let isFirst = state.withLock { $0.begun.insert(part.asset.pin).inserted }
        if isFirst { emit(.started(part.asset.pin, objects: part.asset.files.count)) }
    }

    func read(_ bytes: Int64, of pin: AssetPin) { emit(.received(pin, bytes: bytes)) }

    func end(_ part: LayerPart) {
        let pin = part.asset.pin
        for file in part.files { emit(.sized(pin, bytes: file.size)) }
        let left = state.withLock { state in
            let left = (state.left[pin] ?? 1) - 1
            state.left[pin] = left
            return left
        }
        guard left <= 0 else { return }
        let isBegun = state.withLock { $0.begun.contains(pin) }
        emit(.ended(pin, isBegun ? .fetched : .present))
    }
}

/// The same of one layer, whose parts come one after the other.
struct LayerProgress {
    private let parts: [LayerPart]
    private let progress: PackingProgress
    /// The part that is read, and how much of it is still to be told, in bytes.
    private var current = 0
    private var left: Int64
    private let ending: Ending

    /// When an asset's part of the layer counts as done.
    enum Ending {
        /// Once it was read.
        case each
        /// With the layer: a registry takes all of it or nothing.
        case together
    }

    init(_ layer: ImageLayer, _ progress: PackingProgress, ending: Ending = .each) {
        parts = layer.parts
        self.progress = progress
        self.ending = ending
        left = parts.first?.bytes ?? 0
        if let first = parts.first { progress.begin(first) }
    }

    /// - Parameter pin: whose content was read last; nil where none was.
    mutating func read(_ bytes: Int, upTo pin: AssetPin?) {
        while let pin, parts[current].asset.pin != pin, current + 1 < parts.count { advance() }
        tell(min(Int64(bytes), left))
    }

    mutating func end() {
        while current + 1 < parts.count { advance() }
        tell(left)
        for part in ending == .together ? parts : [parts[current]] { progress.end(part) }
    }

    private mutating func advance() {
        tell(left)
        if ending == .each { progress.end(parts[current]) }
        current += 1
        left = parts[current].bytes
        progress.begin(parts[current])
    }

    private mutating func tell(_ count: Int64) {
        guard count > 0 else { return }
        left -= count
        progress.read(count, of: parts[current].asset.pin)
    }
}

/// Tells how far a layer is on its way to a registry. What is sent again because the connection broke is not told again.
///
/// A class because the transport reads what the upload asks about.
final class SendingProgress: Sendable {
    private struct State {
        /// Nil until it is sent.
        var progress: LayerProgress?
        /// How much was read, in bytes.
        var offset: Int64 = 0
    }

    private let layer: ImageLayer
    private let packing: PackingProgress
    private let state = Mutex(State())

    init(_ layer: ImageLayer, _ packing: PackingProgress) {
        self.layer = layer
        self.packing = packing
    }

    /// - Parameter pin: whose content was read last; nil where none was.
    func read(to offset: Int64, of pin: AssetPin?) {
        state.withLock { state in
            var progress = state.progress ?? LayerProgress(layer, packing, ending: .together)
            let more = offset - state.offset
            if more > 0 {
                progress.read(Int(more), upTo: pin)
                state.offset = offset
            }
            state.progress = progress
        }
    }

    /// The registry has the layer, whether it was sent or not.
    func end() {
        state.withLock { state in
            guard var progress = state.progress else {
                for part in layer.parts { packing.end(part) }
                return
            }
            progress.end()
            state.progress = progress
        }
    }
}

extension LayerPart {
    fileprivate var bytes: Int64 { ByteSum.of(files.map(\.size)) }
}
