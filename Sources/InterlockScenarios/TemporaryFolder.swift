import Glibc

/// A folder on a disk, for as long as a scenario is checked: for programs that read folders, which cannot be
/// had in memory.
struct TemporaryFolder {
  /// Where it is; where nothing is, if it could not be made.
  let path: String
  /// What is in it: files and, each before what is in it, folders.
  private var content: [String] = []

  /// Makes a folder and empty files in it.
  ///
  /// - Parameter files: Their paths, each with at most one folder; if there are none, nothing is made.
  init(holding files: [String]) {
    var template = (unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp")
      .utf8CString
    template.removeLast()
    template += "/interlock-scenario-XXXXXX".utf8CString
    guard !files.isEmpty,
      let made = unsafe template.withUnsafeMutableBufferPointer({ template in
        unsafe template.baseAddress.flatMap { unsafe mkdtemp($0) }.map {
          unsafe String(cString: $0)
        }
      })
    else {
      path = "/nothing/is/here"
      return
    }
    path = made
    for file in files {
      if let slash = file.lastIndex(of: "/") {
        let folder = "\(path)/\(file[..<slash])"
        if unsafe mkdir(folder, S_IRWXU) == 0 { content.append(folder) }
      }
      content.append("\(path)/\(file)")
      let descriptor = unsafe open("\(path)/\(file)", O_WRONLY | O_CREAT | O_CLOEXEC, S_IRUSR)
      if descriptor >= 0 { close(descriptor) }
    }
  }

  /// Removes it with all that is in it.
  func remove() {
    for path in content.reversed() + [path] { _ = unsafe Glibc.remove(path) }
  }
}
