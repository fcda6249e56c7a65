import CInterlockKernels
import Glibc
import Interlock

/// Reads folders and compares the names in them: one for each worker.
///
/// It shares nothing with other workers while it reads. What it finds it keeps, to hand over much at
/// a time. (`FileWalk` gives others the files of a tree, in a fixed order, and is slow on purpose:
/// it keeps nothing but its place. This one gives away names only, and lives from its speed.)
@safe
final class Searcher {
  /// A folder that this worker has open, beyond the budget, because it may need it next.
  struct FolderInHand {
    let folder: SearchFolder
    let descriptor: Int32
  }

  let job: SearchJob
  /// Its own: counting references to what all threads share would cost more than comparing.
  private let matcher: NameMatcher
  // SAFETY: allocated in `init`, freed in `deinit`, and used by the one thread that has this object.
  // The system fills it with entries whose sizes lead from one to the next and not beyond the size
  // that it has returned; names in it end with a zero.
  private let buffer: UnsafeMutableRawBufferPointer
  private(set) var inHand: FolderInHand?
  private var found = PathList()
  private var tally = SearchTally()
  /// The path of the folder that is being read, with a slash at the end; empty if nobody needed it.
  private var path: [UInt8] = []
  /// The names of the folders in the folder that is being read, each with a zero at its end.
  private var subfolders: [UInt8] = []

  private static let bufferSize = 64 << 10
  /// How many bytes of paths are kept before they are handed over.
  private static let mostFound = 32 << 10
  /// How many entries are counted before others are told.
  private static let mostUntold = 4096

  init(for job: SearchJob) {
    self.job = job
    matcher = NameMatcher(job.pattern)
    unsafe buffer = .allocate(byteCount: Self.bufferSize, alignment: 4096)
  }

  deinit {
    hold(nil)
    unsafe buffer.deallocate()
  }

  /// Compares the roots' names.
  ///
  /// - Returns: The roots that are folders.
  func begin() -> FolderStack {
    var folders: [UInt8] = []
    for root in job.roots {
      let name = root.utf8CString.map { UInt8(bitPattern: $0) }
      do throws(SystemError) {
        var status = stat()
        try SystemError.check { unsafe lstat(root, &status) }
        let last = Self.lastComponent(of: name)
        tally.entries += 1
        if unsafe matcher.matches(last, length: last.count - 1) {
          tally.matches += 1
          unsafe name.withUnsafeBytes { unsafe found.append([], $0) }
        }
        if FileKind(status) == .folder { folders += name }
      } catch {
        job.fail(InputFailure(input: root, reason: "\(error)"))
      }
    }
    return FolderStack(WaitingFolders(folders[...], in: nil))
  }

  /// The last component of a path, without the slashes behind it; one slash if there is nothing else.
  private static func lastComponent(of path: [UInt8]) -> [CChar] {
    let slash = SearchFolder.slash
    let end = path.dropLast().lastIndex { $0 != slash }.map { $0 + 1 } ?? min(1, path.count - 1)
    let start = path[..<max(end - 1, 0)].lastIndex(of: slash).map { $0 + 1 } ?? 0
    return path[start..<end].map { CChar(bitPattern: $0) } + [0]
  }

  /// Searches the first of `folders`, which is replaced by the folders in it.
  func searchNext(of folders: inout FolderStack) {
    guard !job.shouldStop, let batch = folders.top else { return folders.removeAll() }
    let name = batch.first
    let parent = batch.parent
    do throws(SystemError) {
      let descriptor: Int32
      do throws(SystemError) {
        descriptor = try open(name, in: parent)
      } catch {
        folders.removeFirst()
        throw error
      }
      folders.removeFirst()
      try search(descriptor, called: name, in: parent, addingTo: &folders)
    } catch {
      var path: [UInt8] = []
      SearchFolder.appendPath(of: name, in: parent, to: &path)
      job.fail(InputFailure(input: String(decoding: path, as: UTF8.self), reason: "\(error)"))
    }
    if job.isPrompt || found.bytes.count >= Self.mostFound { handOver() }
    if tally.entries >= Self.mostUntold { tell() }
  }

  /// Hands over what was found and counted.
  func handOver() {
    tell()
    if found.count > 0 { job.found(found) }
    found.removeAll()
  }

  private func tell() {
    job.progress.add(tally)
    tally = SearchTally()
  }

  /// Keeps a folder in hand, if any, instead of the one before.
  func hold(_ folder: FolderInHand?) {
    if let inHand { close(inHand.descriptor) }
    inHand = folder
  }
}

// Reading a folder.
extension Searcher {
  private func open(
    _ name: ArraySlice<UInt8>,
    in parent: SearchFolder?
  ) throws(SystemError) -> Int32 {
    let start = if let parent { try descriptor(of: parent) } else { AT_FDCWD }
    let flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC
    return try SystemError.check {
      unsafe name.withUnsafeBytes { name in
        guard let name = name.baseAddress else { return -1 }
        return unsafe openat(start, name.assumingMemoryBound(to: CChar.self), flags)
      }
    }
  }

  /// Searches an open folder; closes it, now or when the last folder in it was opened.
  private func search(
    _ descriptor: Int32,
    called name: ArraySlice<UInt8>,
    in parent: SearchFolder?,
    addingTo folders: inout FolderStack
  )
    throws(SystemError)
  {
    var identity: FolderIdentity?
    if job.staysOnFileSystem {
      identity = try? FolderIdentity(of: descriptor)
      if let parent, parent.identity?.device != identity?.device {
        close(descriptor)
        return
      }
    }
    tally.directories += 1
    path.removeAll(keepingCapacity: true)
    subfolders.removeAll(keepingCapacity: true)
    // What was read before an error is good.
    let result = Result { () throws(SystemError) in try list(descriptor, called: name, in: parent) }
    if subfolders.isEmpty {
      close(descriptor)
    } else {
      let folder = keep(descriptor, called: name, in: parent, identity)
      folders.push(WaitingFolders(Array(subfolders)[...], in: folder))
    }
    try result.get()
  }

  /// Keeps a folder open for those that wait in it, or in hand at least.
  private func keep(
    _ descriptor: Int32,
    called name: ArraySlice<UInt8>,
    in parent: SearchFolder?,
    _ identity: FolderIdentity?
  ) -> SearchFolder {
    let isKept = job.budget.take()
    let folder = SearchFolder(
      name: name,
      in: parent,
      descriptor: isKept ? descriptor : nil,
      identity: isKept ? identity : identity ?? (try? FolderIdentity(of: descriptor)),
      budget: job.budget
    )
    if !isKept { hold(FolderInHand(folder: folder, descriptor: descriptor)) }
    return folder
  }

  private func list(
    _ descriptor: Int32,
    called name: ArraySlice<UInt8>,
    in parent: SearchFolder?
  )
    throws(SystemError)
  {
    guard let start = unsafe UnsafeRawPointer(buffer.baseAddress) else { return }
    while true {
      let size = try SystemError.check {
        unsafe interlock_list_folder(descriptor, buffer.baseAddress, buffer.count)
      }
      if size == 0 { return }
      var place = 0
      while place < size {
        let entry = unsafe interlock_folder_entry_at(start + place)
        unsafe place += entry.size
        if unsafe Self.isDots(entry) { continue }
        tally.entries += 1
        let bytes = unsafe UnsafeRawBufferPointer(start: entry.name, count: entry.name_length + 1)
        if unsafe matcher.matches(entry.name, length: entry.name_length) {
          if path.isEmpty { setPath(to: name, in: parent) }
          tally.matches += 1
          unsafe found.append(path, bytes)
          if found.bytes.count >= Self.mostFound { handOver() }
        }
        if unsafe isFolder(entry, in: descriptor) { unsafe subfolders.append(contentsOf: bytes) }
      }
    }
  }

  private func setPath(to name: ArraySlice<UInt8>, in parent: SearchFolder?) {
    SearchFolder.appendPath(of: name, in: parent, to: &path)
    if path.last != SearchFolder.slash { path.append(SearchFolder.slash) }
  }

  /// Whether it is one of the two names that every folder has for itself and its parent.
  private static func isDots(_ entry: interlock_folder_entry) -> Bool {
    let dot = CChar(bitPattern: UInt8(ascii: "."))
    guard unsafe entry.name[0] == dot, unsafe entry.name_length <= 2 else { return false }
    return unsafe entry.name_length == 1 || entry.name[1] == dot
  }

  private func isFolder(_ entry: interlock_folder_entry, in descriptor: Int32) -> Bool {
    if let kind = unsafe FileKind(entryType: entry.type) { return kind == .folder }
    var status = stat()
    let result = unsafe fstatat(descriptor, entry.name, &status, AT_SYMLINK_NOFOLLOW)
    return result == 0 && FileKind(status) == .folder
  }
}
