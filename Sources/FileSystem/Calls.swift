internal import Glibc

/// Repeats a call that a signal interrupted.
func retrying(_ call: () -> CInt) -> CInt {
    while true {
        let result = call()
        if result >= 0 || errno != EINTR { return result }
    }
}

func setTimes(of descriptor: CInt, path: String, seconds: Int64) throws(FileError) {
    var times = (timespec(tv_sec: Int(seconds), tv_nsec: 0), timespec(tv_sec: Int(seconds), tv_nsec: 0))
    let result = withUnsafePointer(to: &times) { pointer in
        pointer.withMemoryRebound(to: timespec.self, capacity: 2) { futimens(descriptor, $0) }
    }
    guard result == 0 else { throw FileError(path: path, attempt: .setTime, code: errno) }
}
