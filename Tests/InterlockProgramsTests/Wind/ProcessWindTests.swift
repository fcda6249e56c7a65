import Glibc
import Interlock
import Testing

@testable import InterlockPrograms

/// Looks for a child of this process by its name.
private func child(named name: String) -> pid_t? {
  everyProcess.first { process in
    // The name takes the place of the program's path, and ends with a zero.
    contents(of: "/proc/\(process)/cmdline")?.hasPrefix("\(name)\0") == true
      && parent(of: process) == getpid()
  }
}

private var everyProcess: [pid_t] {
  guard let stream = unsafe opendir("/proc") else { return [] }
  defer { unsafe closedir(stream) }
  var processes: [pid_t?] = []
  while let entry = unsafe readdir(stream) {
    unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
      unsafe processes.append(pid_t(String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)))
    }
  }
  return processes.compactMap { $0 }
}

private func parent(of process: pid_t) -> pid_t? {
  guard let status = contents(of: "/proc/\(process)/stat"), let name = status.lastIndex(of: ")")
  else { return nil }
  // Behind the name are the state and the parent.
  let fields = status[name...].split(separator: " ")
  return fields.count > 2 ? pid_t(fields[2]) : nil
}

private func contents(of path: String) -> String? {
  let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { return nil }
  defer { close(file) }
  var bytes = [UInt8](repeating: 0, count: 1 << 14)
  let count = unsafe read(file, &bytes, bytes.count)
  return count >= 0 ? String(decoding: bytes[..<count], as: UTF8.self) : nil
}

@Suite(.serialized) struct `Wind that processes count` {
  // Nobody else has so many workers here, so that the names are theirs.
  @Test(arguments: ["parse 4", "extract 4", "count 4"])
  func `is lost with an error that names the process that was killed`(stage: String) throws {
    let folder = try TemporaryFolder()
    let pipe = try folder.makePipe("pipe")
    let descriptor = try SystemError.check { unsafe open(pipe, O_RDWR | O_CLOEXEC) }
    defer { close(descriptor) }
    let counter = WindCounter(mode: .processes, workers: 4)
    let progress = WindProgress()
    defer { progress.stop() }
    let thread = try spawn { () throws(any Error) in
      try counter.count([pipe], progress: progress)
    }
    var process: pid_t?
    let deadline = Deadline.after(patience)
    while process == nil, !thread.isFinished, Deadline.now < deadline {
      process = child(named: stage)
      CurrentThread.yield()
    }
    kill(try #require(process), SIGKILL)
    let error = #expect(throws: WindStageError.self) {
      _ = try thread.join(for: patience)
      throw Stuck()
    }
    #expect(error?.stage == stage)
    #expect(error?.reason.reason == .crashed(.killed(signal: SIGKILL)))
    #expect("\(try #require(error))".contains(stage))
  }
}
