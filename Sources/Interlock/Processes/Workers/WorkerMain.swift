import CInterlock
import Glibc

/// What a worker process does instead of its program's `main`.
///
/// One thread runs the functions that it is told to; the main thread serves the main actor meanwhile.
/// The process ends when the channel is closed, at once if it is busy.
@c(interlock_worker_main)
func workerMain(channel descriptor: Int32) -> Int32 {
  _ = interlock_worker_watch_parent(descriptor)
  do throws(ThreadError) {
    try spawn(name: "worker") {
      WorkerLoop(MessageChannel(descriptor: descriptor)).run()
      // In order: what is buffered for standard output gets there.
      exit(0)
    }
  } catch {
    return 1
  }
  interlock_serve_main_actor()
}

/// Runs the functions that a worker is told to, one after the other.
private struct WorkerLoop: Sendable {
  private let channel: MessageChannel

  init(_ channel: MessageChannel) {
    self.channel = channel
  }

  func run() {
    do {
      let hello = channel.makeEncoder()
      try hello.encode(WorkerHello())
      try channel.send(.hello, hello)
      WorkerNesting.noteReady()
      while let reply = try channel.receive(answer) {
        // What was printed is out before the result, and not lost when the process is ended.
        interlock_flush_output()
        try channel.send(.reply, reply)
      }
    } catch {
      // Nobody is there to be told: the parent sees that the process has ended.
      StandardError.write("interlock worker: \(error)\n")
      exit(1)
    }
  }

  /// Does what a message says.
  private func answer(
    _ kind: MessageChannel.Kind,
    _ reader: inout WireReader
  ) throws -> ValueEncoder {
    guard kind == .call else { throw MessageError("a worker was told nothing that it could do") }
    let reply = channel.makeEncoder()
    do {
      let call = try ValueDecoder.decode(WorkerCall.self, from: &reader)
      try call.function.work(on: &reader, call.isBatch, into: reply)
      return reply
    } catch {
      let refusal = channel.makeEncoder()
      try refusal.encode(WorkerReply.refused("\(error)"))
      return refusal
    }
  }
}
