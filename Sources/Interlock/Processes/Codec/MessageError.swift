/// Why a value could not be written for another process, or read from it.
struct MessageError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }

  static func expected(_ type: Any.Type, butFound found: String) -> MessageError {
    MessageError("a value of type \(type) was expected, and \(found) was there")
  }

  static let truncated = MessageError("the message ends in the middle of a value")
  static let tooDeep = MessageError(
    "the value is nested more than \(Wire.depthLimit) levels deep; send a flat one"
  )
  static let outOfOrder = MessageError(
    "a nested container was written to after the one around it went on; write one after the other"
  )
}
