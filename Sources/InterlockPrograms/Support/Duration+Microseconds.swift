extension Duration {
  /// The duration in whole microseconds, as in `31 µs`.
  var inMicroseconds: String { "\(Int((self / .microseconds(1)).rounded())) µs" }
}
