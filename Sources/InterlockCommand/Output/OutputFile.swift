import Glibc
import InterlockPrograms

/// A file that a command writes: the one that its user has named, or standard output.
struct OutputFile {
  private let path: String?
  private let descriptor: Int32

  /// Creates the file, or empties it.
  ///
  /// - Parameters:
  ///   - path: Where; `nil` stands for standard output.
  ///   - input: What the command reads: this file is left as it is.
  /// - Throws: ``Failure`` if that is not possible.
  init(_ path: String?, unlessSameAs input: String? = nil) throws(Failure) {
    self.path = path
    guard let path else {
      descriptor = STDOUT_FILENO
      return
    }
    do throws(SystemError) {
      let flags = O_WRONLY | O_CREAT | O_CLOEXEC
      let permissions: mode_t = 0o666
      descriptor = try SystemError.check { unsafe open(path, flags, permissions) }
      var (own, other) = (stat(), stat())
      try SystemError.check { unsafe fstat(descriptor, &own) }
      let found = input.map { input in unsafe stat(input, &other) == 0 } ?? false
      let isOrdinary = own.st_mode & S_IFMT == S_IFREG
      if found, isOrdinary, own.st_dev == other.st_dev, own.st_ino == other.st_ino {
        close(descriptor)
        throw SystemError(EEXIST)
      }
      if isOrdinary { try SystemError.check { ftruncate(descriptor, 0) } }
    } catch {
      throw Failure(
        error.number == EEXIST ? "\(path): that is the file to read" : "\(path): \(error)"
      )
    }
  }

  /// Writes some bytes.
  ///
  /// - Throws: ``Failure`` if that is not possible.
  func write(_ bytes: [UInt8]) throws(Failure) {
    do throws(SystemError) {
      let result = unsafe bytes.withUnsafeBytes { bytes in
        Result { () throws(SystemError) in try unsafe Output.write(bytes, to: descriptor) }
      }
      try result.get()
    } catch {
      if path == nil, error.number == EPIPE {
        // Whoever reads has had enough. Usually the signal has ended the program already; if its
        // parent has made it ignore that, go the same way.
        signal(SIGPIPE, SIG_DFL)
        raise(SIGPIPE)
      }
      throw failure(error)
    }
  }

  /// Closes the file: some file systems report a full disk only now.
  ///
  /// - Throws: ``Failure`` if what was written is not there.
  func finish() throws(Failure) {
    guard path != nil else { return }
    do throws(SystemError) {
      try SystemError.check { close(descriptor) }
    } catch {
      throw failure(error)
    }
  }

  private func failure(_ error: SystemError) -> Failure {
    Failure("\(path ?? "standard output"): \(error)")
  }
}
