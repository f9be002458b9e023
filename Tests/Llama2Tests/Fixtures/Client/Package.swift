// swift-tools-version: 6.0
import PackageDescription

// A client of the package, which a test copies and builds. Its targets have the names of our programs.
let llama2: Target.Dependency = .product(name: "Llama2", package: "llama2.swift")
let package = Package(
  name: "Client",
  platforms: [.macOS(.v15)],
  // SwiftPM links one product of a name, and of two that are called run ours.
  products: ["run", "export", "bench"].map { .executable(name: "client-\($0)", targets: [$0]) },
  dependencies: [.package(path: "../llama2.swift")],
  targets: [
    // main.swift is the README's first example.
    .executableTarget(name: "Teller", dependencies: [llama2]),
    .executableTarget(name: "run", dependencies: [llama2]),
    // Storyteller.swift and StoryView.swift are those of the README.
    .executableTarget(name: "export", dependencies: [llama2]),
    .executableTarget(name: "bench", dependencies: [llama2]),
  ]
)
