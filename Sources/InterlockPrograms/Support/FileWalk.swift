import Glibc

/// The files of some paths, found one at a time when they are asked for.
///
/// A path that is a folder stands for all regular files in it, however deep. Links, devices, sockets
/// and named pipes inside folders are passed over, so that no walk goes round in circles or waits.
/// A path that is anything else stands for itself; the paths themselves may be links.
///
/// A walk takes little memory whatever it walks through: it is inside one folder of each depth, and
/// keeps nothing of what it has seen. Only the innermost folders stay open; the others are opened
/// again when the walk comes back to them.
package struct FileWalk: Sendable {
  /// What is found.
  package enum Finding: Sendable {
    /// A file that is to be opened.
    case file(FileReference)
    /// A path that leads nowhere, or a folder that cannot be read.
    case failure(InputFailure)
  }

  /// A folder that the walk is inside of.
  private struct Level {
    let path: FolderPath
    var folder: OpenFolder?
    /// Where to go on; only for a folder that was closed.
    var bookmark: FolderBookmark?
  }

  /// How many folders stay open.
  static let openFolderLimit = 32

  private var paths: ArraySlice<String>
  /// The folders that the walk is inside of, the innermost last.
  private var levels: [Level] = []

  /// Creates a walk through `paths`, one after the other.
  package init(_ paths: [String]) {
    self.paths = paths[...]
  }

  /// Whether everything was found.
  var isOver: Bool { paths.isEmpty && levels.isEmpty }

  /// How many folders are open.
  var openFolders: Int { levels.count { $0.folder != nil } }

  /// Goes on to the next file.
  ///
  /// - Returns: What was found, or `nil` if there is nothing left.
  package mutating func next() -> Finding? {
    while true {
      guard let level = levels.last else {
        guard let path = paths.popFirst() else { return nil }
        if let finding = start(at: path) { return finding }
        continue
      }
      do throws(SystemError) {
        let folder = if let open = level.folder { open } else { try reopen(level) }
        guard let entry = try folder.nextEntry() else {
          leave(folder)
          continue
        }
        switch entry.kind {
        case .regular: return .file(FileReference(name: entry.name, folder: folder))
        case .folder: if let failure = enter(entry.name, in: folder) { return .failure(failure) }
        case .other: break
        }
      } catch {
        levels.removeLast()
        return .failure(InputFailure(input: level.path.description, reason: "\(error)"))
      }
    }
  }

  private mutating func start(at path: String) -> Finding? {
    let name = path.utf8CString.map { $0 }
    do throws(SystemError) {
      var status = stat()
      try SystemError.check { unsafe stat(name, &status) }
      guard FileKind(status) == .folder else {
        return .file(FileReference(name: name, folder: nil))
      }
      let path = FolderPath(name)
      let folder = try OpenFolder(name, in: AT_FDCWD, followsLink: true, path: path)
      levels.append(Level(path: path, folder: folder))
      return nil
    } catch {
      return .failure(InputFailure(input: path, reason: "\(error)"))
    }
  }

  private mutating func enter(_ name: [CChar], in parent: OpenFolder) -> InputFailure? {
    let path = FolderPath(name, in: parent.path)
    do throws(SystemError) {
      let folder = try OpenFolder(
        name,
        in: parent.descriptor,
        followsLink: false,
        path: path
      )
      levels.append(Level(path: path, folder: folder))
      let outermost = levels.count - 1 - Self.openFolderLimit
      if outermost >= 0, let distant = levels[outermost].folder {
        levels[outermost].bookmark = try distant.bookmark()
        levels[outermost].folder = nil
      }
      return nil
    } catch {
      return InputFailure(input: path.description, reason: "\(error)")
    }
  }

  private mutating func leave(_ folder: OpenFolder) {
    levels.removeLast()
    guard let level = levels.last, level.folder == nil else { return }
    // The way up is open even where the path is longer than the system takes. If it fails because
    // the folder was moved meanwhile, the next step tries the path.
    _ = try? reopen(level, from: folder)
  }

  /// Opens the innermost folder again, by its path or as the parent of `child`.
  private mutating func reopen(
    _ level: Level,
    from child: OpenFolder? = nil
  )
    throws(SystemError) -> OpenFolder
  {
    guard let bookmark = level.bookmark else { throw SystemError(EBADF) }
    let name = (child == nil ? level.path.description : "..").utf8CString.map { $0 }
    let folder = try OpenFolder(
      name,
      in: child?.descriptor ?? AT_FDCWD,
      followsLink: true,
      path: level.path
    )
    try folder.resume(at: bookmark)
    levels[levels.count - 1].folder = folder
    return folder
  }
}
