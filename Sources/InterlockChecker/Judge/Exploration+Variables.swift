import CInterlockHooks

extension Exploration {
  /// Whether races on plain variables are found, too, and not only those on ``PlainCell``.
  ///
  /// Of the variables that threads share, the compiler announces most accesses: to properties of classes, to
  /// global variables, and to local ones that closures have captured. An exploration judges them all, with no flag
  /// and no change of the program. That needs the language's runtime as a library of its own: a program that was
  /// linked with `--static-swift-stdlib` has none, and there this is `false`.
  ///
  /// What threads do with the elements of one array, with memory behind pointers, and with variables of which an
  /// optimising compiler knows everything, is not announced.
  public static var seesPlainVariables: Bool { interlock_hooks_install() }
}
