import Glibc

/// A Python program that measures its own rounds, because what it measures is there only inside.
///
/// It reads a line for each round, and answers with what one operation took. While it is not asked it
/// does nothing, so that rounds of others come between.
@safe
final class PythonPeer {
  private let arguments: [String]
  private var child: pid_t = 0
  private var input: UnsafeMutablePointer<FILE>?
  private var output: UnsafeMutablePointer<FILE>?

  /// - Parameter arguments: The path of Python, and the arguments.
  init(_ arguments: [String]) {
    self.arguments = arguments
  }

  // SAFETY: the streams are opened in `start`, closed in `stop`, and used by the one thread that
  // measures. The calls write the variables that they are given, and keep none of the pointers.

  /// Starts the program.
  func start() throws {
    let (theirInput, ourOutput) = try Self.makePipe()
    let (ourInput, theirOutput) = try Self.makePipe()
    defer {
      close(theirInput)
      close(theirOutput)
    }
    var files = unsafe posix_spawn_file_actions_t()
    unsafe posix_spawn_file_actions_init(&files)
    defer { unsafe posix_spawn_file_actions_destroy(&files) }
    unsafe posix_spawn_file_actions_adddup2(&files, theirInput, STDIN_FILENO)
    unsafe posix_spawn_file_actions_adddup2(&files, theirOutput, STDOUT_FILENO)
    var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
    defer { for index in arguments.indices { unsafe free(words[index]) } }
    let error = unsafe posix_spawn(&child, arguments[0], &files, nil, &words, environ)
    unsafe input = fdopen(ourInput, "r")
    unsafe output = fdopen(ourOutput, "w")
    guard error == 0 else {
      throw Failure("\(arguments[0]) cannot be started: \(unsafe String(cString: strerror(error)))")
    }
  }

  /// Ends the program, which does so when nobody can ask it any more.
  func stop() {
    if let output = unsafe output { unsafe fclose(output) }
    if let input = unsafe input { unsafe fclose(input) }
    unsafe (input, output) = (nil, nil)
    guard child > 0 else { return }
    var status: Int32 = 0
    while unsafe waitpid(child, &status, 0) < 0, errno == EINTR {}
    child = 0
  }

  /// Lets the program do one round.
  func measure(_ work: String, for seconds: Double) throws -> Sample {
    guard let input = unsafe input, let output = unsafe output else {
      throw Failure("\(arguments.joined(separator: " ")) does not run")
    }
    let isAsked = unsafe fputs("\(work) \(seconds)\n", output) >= 0 && fflush(output) == 0
    var line = [CChar](repeating: 0, count: 256)
    guard isAsked, unsafe fgets(&line, Int32(line.count), input) != nil else {
      throw Failure("\(arguments.joined(separator: " ")) does not answer")
    }
    let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    let numbers = text.split { $0.isWhitespace }.compactMap { Double($0) }
    guard numbers.count == 2 else { throw Failure("an answer of two numbers is not \(text)") }
    return Sample(cpu: numbers[0], wall: numbers[1])
  }

  /// The end to read from and the end to write to.
  private static func makePipe() throws -> (Int32, Int32) {
    var ends: [Int32] = [0, 0]
    guard unsafe pipe(&ends) == 0 else { throw Failure("the system gives no pipe") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }
}

/// A work of a Python program.
final class PythonWork: Contestant {
  let name: String
  private let work: String
  private let peer: PythonPeer

  /// - Parameters:
  ///   - name: What the table calls it.
  ///   - work: What the program calls it.
  ///   - peer: The program.
  init(_ name: String, _ work: String, of peer: PythonPeer) {
    self.name = name
    self.work = work
    self.peer = peer
  }

  func measure(for seconds: Double) throws -> Sample { try peer.measure(work, for: seconds) }
}
