import Glibc

/// A file that is open for reading; closed when nobody needs it any more.
package final class OpenFile: Sendable {
  /// The descriptor of the system.
  package let descriptor: Int32
  /// How many bytes it has, as far as the file system knows: files that the system makes up while
  /// they are read, as in `/proc`, have 0, and so have pipes.
  package let size: Int
  /// Whether it is an ordinary file: not a folder, a device, a socket or a pipe.
  package let isRegular: Bool
  private let isOwned: Bool

  /// Takes a descriptor over.
  ///
  /// - Parameters:
  ///   - descriptor: The descriptor.
  ///   - isOwned: Whether it is closed in the end.
  /// - Throws: ``SystemError`` if the descriptor is not an open one.
  package init(descriptor: Int32, isOwned: Bool) throws(SystemError) {
    var status = stat()
    do throws(SystemError) {
      try SystemError.check { unsafe fstat(descriptor, &status) }
    } catch {
      if isOwned { close(descriptor) }
      throw error
    }
    self.descriptor = descriptor
    self.isOwned = isOwned
    isRegular = FileKind(status) == .regular
    size = isRegular ? Int(status.st_size) : 0
  }

  deinit {
    if isOwned { close(descriptor) }
  }

  /// Reads what stands at `offset`.
  ///
  /// - Returns: How many bytes were read; 0 at the end of the file.
  /// - Throws: ``SystemError`` if the file cannot be read.
  package func read(
    into buffer: UnsafeMutableRawBufferPointer,
    at offset: Int
  )
    throws(SystemError) -> Int
  {
    try SystemError.check { unsafe pread(descriptor, buffer.baseAddress, buffer.count, offset) }
  }

  /// Reads what comes next, without waiting for long.
  ///
  /// - Returns: How many bytes were read, 0 at the end; `nil` if nothing has come yet.
  /// - Throws: ``SystemError`` if the file cannot be read.
  package func read(into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) -> Int? {
    if !isRegular {
      var request = pollfd(descriptor: descriptor, events: Int16(POLLIN))
      let answers = try SystemError.check { unsafe poll(&request, 1, Self.patience) }
      if answers == 0 { return nil }
    }
    do throws(SystemError) {
      return try SystemError.check {
        unsafe Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      }
    } catch {
      // Files of the system that could wait for news for ever have ended; others are asked again.
      if error.number == EAGAIN { return isRegular ? 0 : nil }
      throw error
    }
  }

  /// How long a read waits for bytes, in milliseconds: as long as may pass before a program that is
  /// told to stop does so.
  private static let patience: Int32 = 100
}

extension pollfd {
  fileprivate init(descriptor: Int32, events: Int16) {
    self.init(fd: descriptor, events: events, revents: 0)
  }
}
