// swift-tools-version: 6.3
import PackageDescription

// A package that uses only the libraries, as their users do: without traits, and so without the command
// and anything that the command depends on.
let package = Package(
  name: "Consumer",
  dependencies: [.package(name: "interlock", path: "../..", traits: [])],
  targets: [
    .executableTarget(
      name: "Consumer",
      dependencies: [.product(name: "Interlock", package: "interlock")]
    ),
    .testTarget(
      name: "ConsumerTests",
      dependencies: [
        .product(name: "Interlock", package: "interlock"),
        .product(name: "InterlockChecker", package: "interlock"),
      ]
    ),
  ]
)
