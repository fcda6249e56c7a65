import Interlock
import Testing

@testable import InterlockPrograms

@Suite struct `A web resource` {
  private func failure(
    of address: String,
    limits: WebResource.Limits = WebResource.Limits()
  ) -> String? {
    var resource = WebResource(local: address)
    resource.limits = limits
    do throws(InputFailure) {
      _ = try resource.text()
      return nil
    } catch {
      #expect(error.input == address)
      return error.reason
    }
  }

  @Test func `is an address that begins with http or https`() {
    #expect(WebResource.isAddress("http://example.org"))
    #expect(WebResource.isAddress("HTTPS://example.org"))
    #expect(!WebResource.isAddress("httpd.conf"))
    #expect(!WebResource.isAddress("ftp://example.org"))
    #expect(!WebResource.isAddress("-"))
  }

  @Test func `arrives as it was sent`() throws {
    let book = String(repeating: "All work and no play.\n", count: 50_000)
    try LoopbackServer.run {
      $1.answer(book)
    } _: { server in
      let text = try WebResource(local: server("/book")).text()
      #expect(text == book)
    }
  }

  @Test func `may be empty`() throws {
    try LoopbackServer.run {
      $1.answer()
    } _: { server in
      let text = try WebResource(local: server("/")).text()
      #expect(text.isEmpty)
    }
  }

  @Test func `is passed on piece by piece as it arrives`() throws {
    let hasArrived = Semaphore(permits: 0)
    try LoopbackServer.run { _, connection in
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n")
      for piece in ["ab", "cd", "ef"] {
        connection.send(piece)
        // Without passing on, no more would come.
        _ = hasArrived.acquire(until: .after(patience))
      }
    } _: { server in
      var pieces: [String] = []
      try unsafe WebResource(local: server("/slow")).read { bytes in
        unsafe pieces.append(String(decoding: bytes, as: UTF8.self))
        hasArrived.release()
        return true
      }
      #expect(pieces == ["ab", "cd", "ef"])
    }
  }

  @Test func `may be somewhere else`() throws {
    try LoopbackServer.run { path, connection in
      if path == "/old" {
        connection.answer(
          "not this",
          status: "301 Moved Permanently",
          headers: ["Location: /new"]
        )
      } else {
        connection.answer("at \(path)")
      }
    } _: { server in
      let text = try WebResource(local: server("/old")).text()
      #expect(text == "at /new")
    }
  }

  @Test func `is not looked for in circles`() throws {
    let requests = Atomic(0)
    try LoopbackServer.run { _, connection in
      requests.wrappingAdd(1, ordering: .relaxed)
      connection.answer(status: "302 Found", headers: ["Location: /again"])
    } _: { server in
      #expect(failure(of: server("/"))?.contains("redirects") == true)
    }
    #expect(requests.load(ordering: .relaxed) == 11)
  }

  @Test(arguments: ["file:///etc/hostname", "ftp://127.0.0.1/", "gopher://127.0.0.1/"])
  func `cannot send us away from the web`(target: String) throws {
    try LoopbackServer.run {
      $1.answer(status: "302 Found", headers: ["Location: \(target)"])
    } _: { server in
      #expect(failure(of: server("/")) != nil)
    }
  }

  @Test(arguments: ["404 Not Found", "500 Internal Server Error", "403 Forbidden"])
  func `that the server refuses is a failure that names the status`(status: String) throws {
    try LoopbackServer.run {
      $1.answer("an error page with letters", status: status)
    } _: { server in
      #expect(failure(of: server("/"))?.contains(status.prefix(3)) == true)
    }
  }

  @Test func `that breaks off is a failure`() throws {
    try LoopbackServer.run { _, connection in
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
    } _: { server in
      #expect(failure(of: server("/")) != nil)
    }
  }

  @Test func `of a server that does not answer is a failure`() throws {
    try LoopbackServer.run { _, _ in
    } _: { server in
      #expect(failure(of: server("/")) != nil)
    }
  }

  @Test func `of a server that is not there is a failure`() throws {
    let address = try LoopbackServer.run { _, _ in
    } _: {
      $0("/")
    }
    #expect(failure(of: address) != nil)
  }

  @Test(arguments: ["http://", "https:// /", "http://[/"])
  func `with a wrong address is a failure`(address: String) {
    #expect(failure(of: address) != nil)
  }

  @Test func `that never ends is ended by the time limit`() throws {
    var limits = WebResource.Limits()
    limits.total = .milliseconds(200)
    try LoopbackServer.run { _, connection in
      connection.send("HTTP/1.1 200 OK\r\n\r\n")
      while connection.send("more and more ") {}
    } _: { server in
      #expect(failure(of: server("/"), limits: limits) != nil)
    }
  }

  @Test func `from which nothing comes is given up`() throws {
    var limits = WebResource.Limits()
    limits.stalling = .seconds(1)
    try LoopbackServer.run { _, connection in
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nso much, and then ")
      connection.waitUntilClosed()
    } _: { server in
      #expect(failure(of: server("/"), limits: limits) != nil)
    }
  }

  @Test func `is not read on when that is not wanted`() throws {
    try LoopbackServer.run { _, connection in
      connection.send("HTTP/1.1 200 OK\r\n\r\n")
      while connection.send("more and more ") {}
    } _: { server in
      var pieces = 0
      let isComplete = try unsafe WebResource(local: server("/")).read { _ in
        pieces += 1
        return pieces < 3
      }
      #expect(!isComplete)
      #expect(pieces == 3)
    }
  }

  @Test func `is not waited for when that is not wanted`() throws {
    let isUnwanted = Atomic(false)
    try LoopbackServer.run { _, connection in
      isUnwanted.store(true, ordering: .sequentiallyConsistent)
      connection.waitUntilClosed()
    } _: { server in
      let isComplete = try unsafe WebResource(local: server("/")).read(
        unless: { isUnwanted.load(ordering: .sequentiallyConsistent) },
        { _ in true }
      )
      #expect(!isComplete)
    }
  }
}
