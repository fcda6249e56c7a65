import Glibc

/// A text that programs can read as a file, though it is on no disk: for bodies, which run a thousand times
/// a second.
struct TextInMemory: Sendable {
  /// Where programs find it; where nothing is, if the system had no descriptor left.
  let path: String
  /// How many bytes it has.
  let length: Int

  /// Keeps a text, as long as the process lives.
  init(_ text: String) {
    let name = "/interlock-scenario-\(getpid())-\(text.utf8.count)"
    let descriptor = unsafe shm_open(name, O_RDWR | O_CREAT | O_TRUNC, S_IRUSR | S_IWUSR)
    length = text.utf8.count
    // It lives on without a name.
    unsafe shm_unlink(name)
    var text = text
    text.withUTF8 { bytes in _ = unsafe write(descriptor, bytes.baseAddress, bytes.count) }
    path = "/proc/self/fd/\(descriptor)"
  }
}
