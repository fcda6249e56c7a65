import Glibc

@testable import InterlockPrograms

/// A folder with folders in folders, deeper than any path that the system takes.
///
/// Each level has a folder with the next level in it, and, beside it, perhaps an empty one. In some
/// levels that is listed first, in some last, whether the file system sorts by name or by age.
final class DeepTree {
  let folder: TemporaryFolder
  private let name: String
  private let depth: Int

  init(depth: Int, name: String = "d", isForked: Bool) throws {
    folder = try TemporaryFolder()
    self.name = name
    self.depth = depth
    var place = try SystemError.check { unsafe open(folder.path, O_RDONLY | O_CLOEXEC) }
    defer { close(place) }
    for level in 0..<depth {
      var names = isForked ? [name, Self.beside(level)] : [name]
      if level.isMultiple(of: 2) { names.reverse() }
      for name in names { try SystemError.check { unsafe mkdirat(place, name, 0o755) } }
      let next = try SystemError.check { unsafe openat(place, name, O_RDONLY | O_CLOEXEC) }
      close(place)
      place = next
    }
  }

  /// What the empty folder of a level is called.
  static func beside(_ level: Int) -> String { "beside \(level)" }

  /// Removes level after level from above, without a descriptor and a stack frame for each.
  deinit {
    let top = unsafe open(folder.path, O_RDONLY | O_CLOEXEC)
    defer { close(top) }
    for level in 0..<depth {
      unsafe unlinkat(top, Self.beside(level), AT_REMOVEDIR)
      let next = unsafe openat(top, name, O_RDONLY | O_CLOEXEC)
      unsafe renameat(next, Self.beside(level + 1), top, Self.beside(level + 1))
      unsafe renameat(next, name, top, "next")
      close(next)
      unsafe unlinkat(top, name, AT_REMOVEDIR)
      unsafe renameat(top, "next", top, name)
    }
  }
}

/// How many descriptors of this process are open on something in a folder.
func openDescriptors(in folder: String) -> Int {
  let start = folder.utf8.map { CChar(bitPattern: $0) }
  guard let stream = unsafe opendir("/proc/self/fd") else { return 0 }
  defer { unsafe closedir(stream) }
  var count = 0
  var target = [CChar](repeating: 0, count: Int(PATH_MAX))
  while let entry = unsafe readdir(stream) {
    let length = unsafe withUnsafePointer(to: &entry.pointee.d_name) { name in
      unsafe name.withMemoryRebound(to: CChar.self, capacity: 1) { name in
        unsafe readlinkat(dirfd(stream), name, &target, target.count)
      }
    }
    if length > 0, target[..<length].starts(with: start) { count += 1 }
  }
  return count
}
