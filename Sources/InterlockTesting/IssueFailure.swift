import InterlockChecker
import Testing

/// An issue that was recorded in an execution, as what went wrong with it.
struct IssueFailure: PlacedFailure, CustomStringConvertible {
  let description: String
  let place: String

  init(_ issue: Issue) {
    place = issue.sourceLocation.map { "\($0.fileID):\($0.line)" } ?? "somewhere"
    let comments = issue.comments.map { ": \($0.rawValue)" }.joined()
    description = "\(issue.kind)\(comments) (\(place))"
  }
}
