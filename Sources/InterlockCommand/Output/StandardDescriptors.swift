import Glibc

/// The three descriptors that every program has: standard input, output and error.
enum StandardDescriptors {
  /// Takes the places of those that are closed.
  ///
  /// Whoever starts the command may have closed them. The next file or connection would get the number
  /// of one, and what is printed would go there: into a file of the user, or among the messages to a
  /// worker process. What takes the place refuses to be read or written, as what is closed does.
  static func keepPlaces() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
      // The lowest number that is free is this one. Worker processes inherit it.
      let useless = descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY
      _ = unsafe open("/dev/null", useless)
    }
  }
}
