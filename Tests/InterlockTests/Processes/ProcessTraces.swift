import Glibc

@testable import Interlock

/// The names in a folder.
func names(in folder: String) -> [String] {
  guard let stream = unsafe opendir(folder) else { return [] }
  defer { unsafe closedir(stream) }
  var names: [String] = []
  while let entry = unsafe readdir(stream) {
    let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    if !name.hasPrefix(".") { names.append(name) }
  }
  return names
}

/// What a file says, of which nobody knows the size.
func text(of file: String) -> String {
  let descriptor = unsafe open(file, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return "" }
  defer { close(descriptor) }
  var text: [UInt8] = []
  var buffer = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let count = unsafe read(descriptor, &buffer, buffer.count)
    guard count > 0 else { return String(decoding: text, as: UTF8.self) }
    text += buffer.prefix(count)
  }
}

/// Whether there is a process that has not ended; one that nobody has waited for yet has.
func isRunning(_ process: Int32) -> Bool {
  let status = text(of: "/proc/\(process)/stat")
  guard let end = status.lastIndex(of: ")") else { return false }
  return !["Z", "X"].contains(status[end...].dropFirst(2).prefix(1))
}

/// What a process has of the system.
struct Belongings: Codable, Hashable, Sendable {
  var descriptors = names(in: "/proc/self/fd").count
  var threads = names(in: "/proc/self/task").count
  var mappings = text(of: "/proc/self/maps").split(separator: "\n")
    .count { $0.contains("memfd:interlock") }
  var hasChildren = Self.findsChildren()

  /// Only looks: whoever has started a child is the one to wait for it.
  private static func findsChildren() -> Bool {
    var child = unsafe siginfo_t()
    return unsafe waitid(P_ALL, 0, &child, WEXITED | WNOHANG | WNOWAIT) == 0
  }

  func areWithin(_ others: Belongings) -> Bool {
    descriptors <= others.descriptors && threads <= others.threads && mappings <= others.mappings
      && (others.hasChildren || !hasChildren)
  }
}

/// Runs `body` and waits until everything is as before.
///
/// For workers: in the process of the tests other tests are at work.
func leavesNoTrace(_ body: () throws -> Void) throws -> Bool {
  // What is made once and stays.
  try ProcessPool(workers: 1).close()
  let before = Belongings()
  try body()
  // A thread that has been joined may be seen for a moment more, before as well as after.
  try eventually { Belongings().areWithin(before) }
  return true
}
