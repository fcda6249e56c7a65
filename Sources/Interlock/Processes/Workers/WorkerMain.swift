import CInterlock
import Glibc

/// What a worker process does instead of its program's `main`.
///
/// One thread runs the functions that it is told to; the main thread serves the main actor meanwhile.
/// The process ends when its parent has gone: in order if it has nothing to do, at once if it is busy.
@c(interlock_worker_main)
func workerMain(channel: Int32) -> Int32 {
  var memory: Int32 = -1
  guard unsafe interlock_channel_receive(channel, &memory, 1) == 1 else { return 1 }
  do {
    let mailbox = try Mailbox.open(memory, channel: channel)
    close(memory)
    let error = mailbox.watchParent(channel)
    guard error == 0 else { throw ProcessSystemError(error, "nobody can watch the parent") }
    interlock_prepare_main_actor()
    try spawn(name: "worker") {
      WorkerLoop(mailbox).run()
      // In order: what is buffered for standard output gets there.
      exit(0)
    }
  } catch {
    // Nobody is there to be told: the parent sees that the process has ended.
    StandardError.write("interlock worker: \(error)\n")
    return 1
  }
  interlock_serve_main_actor()
}

/// Runs the functions that a worker is told to, one after the other.
private final class WorkerLoop {
  private let mailbox: Mailbox
  /// Those that it was told of, or why they cannot be run.
  private var functions: [Result<WorkerFunction, MessageError>] = []

  init(_ mailbox: Mailbox) {
    self.mailbox = mailbox
  }

  /// Returns when there will be nothing more to do.
  func run() {
    // The hello: an empty message.
    for lane in mailbox.lanes { lane.send(lane.makeEncoder()) }
    WorkerNesting.noteReady()
    var next = 0
    while case .message = mailbox.lanes[next].wait(until: .never) {
      let lane = mailbox.lanes[next]
      lane.note(.seen)
      var isLast = false
      let reply = answer(on: lane, &next, &isLast)
      // What was printed is out before the result, and not lost when the process is ended.
      interlock_flush_output()
      lane.send(reply)
      if isLast { return }
    }
  }

  /// Does what the message says.
  private func answer(on lane: Lane, _ next: inout Int, _ isLast: inout Bool) -> ValueEncoder {
    do {
      let reply = lane.makeEncoder()
      try lane.receive { reader in
        let call = try WorkerCall(from: &reader)
        next = Int(call.nextLane)
        isLast = call.isLast
        try function(of: call).work(on: &reader, into: reply, noting: lane)
      }
      return reply
    } catch {
      lane.note(.seen)
      let refusal = lane.makeEncoder()
      // Some text fits always.
      try? WorkerReply.refuse("\(error)", into: refusal)
      return refusal
    }
  }

  private func function(of call: WorkerCall) throws(MessageError) -> WorkerFunction {
    if let definition = call.definition {
      functions.append(
        Result { () throws(MessageError) in try definition.resolve() }
      )
    }
    guard call.number < functions.count else {
      throw MessageError("a worker was not told of function \(call.number)")
    }
    return try functions[Int(call.number)].get()
  }
}
