import Glibc
import Interlock

@testable import InterlockPrograms

/// A web server on this machine for one test, which answers as the test wants.
final class LoopbackServer: Sendable {
  /// What a server does with a request.
  typealias Handler = @Sendable (_ path: String, _ connection: Connection) -> Void

  let port: UInt16
  private let listener: OpenFile
  private let handler: Handler

  private init(handler: @escaping Handler) throws {
    let number = try SystemError.check {
      socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    }
    listener = try OpenFile(descriptor: number, isOwned: true)
    self.handler = handler
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    port = try unsafe withUnsafeMutablePointer(to: &address) { pointer in
      try unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { general in
        try SystemError.check { unsafe bind(number, general, size) }
        try SystemError.check { unsafe getsockname(number, general, &size) }
      }
      return unsafe UInt16(bigEndian: pointer.pointee.sin_port)
    }
    try SystemError.check { listen(number, 64) }
  }

  /// The address of `path` on this server.
  func callAsFunction(_ path: String) -> String { "http://127.0.0.1:\(port)\(path)" }

  /// Runs `body` while a server answers with `handler`, each request on a thread of its own.
  static func run<Result>(
    _ handler: @escaping Handler,
    _ body: (LoopbackServer) throws -> Result
  ) throws -> Result {
    let server = try LoopbackServer(handler: handler)
    return try withThreads { threads in
      try threads.spawn(name: "server") { @Sendable () throws(any Error) in
        while let connection = server.accept() {
          try threads.spawn(name: "request") { @Sendable in
            let path = connection.receivePath()
            server.handler(path, connection)
          }
        }
      }
      // Accepting fails from now on.
      defer { shutdown(server.listener.descriptor, Int32(SHUT_RDWR)) }
      return try body(server)
    }
  }

  private func accept() -> Connection? {
    let descriptor = Glibc.accept(listener.descriptor, nil, nil)
    return try? Connection(OpenFile(descriptor: descriptor, isOwned: true))
  }

  /// A connection on which a request has come; closed when nobody needs it any more.
  final class Connection: Sendable {
    private let socket: OpenFile

    init(_ socket: OpenFile) { self.socket = socket }

    /// Sends `text`, and returns whether the other side still takes it.
    @discardableResult
    func send(_ text: String) -> Bool {
      let bytes = Array(text.utf8)
      let flags = Int32(MSG_NOSIGNAL)
      return unsafe Glibc.send(socket.descriptor, bytes, bytes.count, flags) == bytes.count
    }

    /// Sends a whole answer.
    func answer(_ body: String = "", status: String = "200 OK", headers: [String] = []) {
      let head =
        ["HTTP/1.1 \(status)", "Content-Length: \(body.utf8.count)", "Connection: close"]
        + headers
      send(head.joined(separator: "\r\n") + "\r\n\r\n" + body)
    }

    /// Waits until the other side has closed the connection.
    func waitUntilClosed() {
      _ = receive()
    }

    /// Receives a request's head, and returns its path.
    func receivePath() -> String {
      var head = ""
      while !head.contains("\r\n\r\n") {
        let part = receive()
        if part.isEmpty { return "" }
        head += part
      }
      return head.split(separator: " ").dropFirst().first.map(String.init) ?? ""
    }

    private func receive() -> String {
      var buffer = [UInt8](repeating: 0, count: 4096)
      let count = unsafe recv(socket.descriptor, &buffer, buffer.count, 0)
      return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }
  }
}

extension WebResource {
  /// A resource on this machine, whatever proxies the environment names.
  init(local address: String) {
    self.init(address)
    usesProxy = false
  }

  /// All of it.
  func text() throws(InputFailure) -> String {
    var text = ""
    try unsafe read { bytes in
      unsafe text += String(decoding: bytes, as: UTF8.self)
      return true
    }
    return text
  }
}
