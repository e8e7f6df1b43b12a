// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
]

/// A target of this package, with the settings that every one of them has.
func room(_ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource] = []) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

/// The tests of one target; their input files are in `Fixtures/`, read where they are.
func tests(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .testTarget(
    name: "\(name)Tests", dependencies: [.byName(name: name)] + dependencies, exclude: ["Fixtures"],
    swiftSettings: strict)
}

/// A C library of the system: `package` is its pkg-config name, `debian` the Debian package that has its headers.
func library(_ name: String, _ package: String, debian: String) -> Target {
  .systemLibrary(name: name, pkgConfig: package, providers: [.apt([debian])])
}

let package = Package(
  name: "imagesmith",
  products: [.executable(name: "imagesmith", targets: ["imagesmith"])],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    .executableTarget(
      name: "imagesmith",
      dependencies: [
        "Rosters", "Recipes", "Dockerfiles", "OCI", "Layers", "Builds", "Caches", "Sandboxes", "Registries", "AWS",
        "Deployments", "Images", "Secrets", "Native",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
        .product(name: "Logging", package: "swift-log"),
      ],
      swiftSettings: strict),

    room("Deployments", ["AWS", "Native", "Registries", "Rosters"]),
    room("Caches", ["Builds", "Layers", "OCI", "Registries", "Native"]),
    room("Builds", ["Dockerfiles", "Layers", "OCI", "Sandboxes", "Secrets", "Native"]),
    room("Images", ["Layers", "OCI", "Registries", "Native"]),
    room("Registries", ["OCI", "Native"]),
    room("Secrets", ["Layers", "OCI", "Native"]),
    room("Layers", ["OCI", "Native"]),
    room("Sandboxes", ["Native"]),
    room("AWS", ["Native"]),
    room("Rosters", [.product(name: "Yams", package: "Yams")], resources: [.embedInCode("Schema/users.schema.json")]),
    room(
      "Recipes", ["Rosters"],
      resources: [
        "Dockerfile", "apt-install", "entrypoint", "jupyter_server_config.py", "jupyterhub_config.py", "pam-jupyterhub",
      ].map { .embedInCode("Templates/\($0)") }),
    room("Dockerfiles"),
    room("OCI"),
    room("Native", ["CArchive", "CCurl", "CCrypto", "CCrypt", "CISAL", "CZlib", "CZstd", "CLinux"]),

    library("CArchive", "libarchive", debian: "libarchive-dev"),
    library("CCurl", "libcurl", debian: "libcurl4-openssl-dev"),
    library("CCrypto", "libcrypto", debian: "libssl-dev"),
    library("CCrypt", "libcrypt", debian: "libcrypt-dev"),
    library("CISAL", "libisal", debian: "libisal-dev"),
    library("CZlib", "zlib", debian: "zlib1g-dev"),
    library("CZstd", "libzstd", debian: "libzstd-dev"),
    .target(name: "CLinux"),

    tests(
      "imagesmith",
      [
        "AWS", "Builds", "Dockerfiles", "FaultyRegistries", "Images", "Layers", "Native", "OCI", "Registries",
        "Sandboxes", "Secrets",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),
    tests("Native"),
    tests("Caches", ["Builds", "Dockerfiles", "Layers", "Native", "OCI", "Registries", "Sandboxes", "TestServers"]),
    tests("Layers", ["Native", "OCI", "TestShell"]),
    tests("Images", ["FaultyRegistries", "Layers", "Native", "OCI", "Registries", "TestShell"]),
    .target(name: "TestShell", path: "Tests/TestShell", swiftSettings: strict),
    tests("OCI"),
    tests("AWS", ["Native", "TestServers"]),
    tests("Deployments", ["AWS", "Native", "Rosters", "TestServers"]),
    .target(name: "TestServers", path: "Tests/TestServers", exclude: ["moto_double.py"], swiftSettings: strict),
    tests("Sandboxes", ["Native"]),
    tests("Builds", ["BuildProbe", "Dockerfiles", "Layers", "Native", "OCI", "Sandboxes", "TestServers"]),
    .executableTarget(
      name: "BuildProbe", dependencies: ["Builds", "Dockerfiles", "Layers", "Native", "OCI", "Sandboxes"],
      path: "Tests/BuildProbe", swiftSettings: strict),
    tests("Rosters"),
    tests("Secrets", ["Layers", "Native", "OCI", "Rosters"]),
    tests("Dockerfiles"),
    tests("Recipes", ["Rosters"]),
    tests("Registries", ["FaultyRegistries", "OCI", "Native"]),
    .target(
      name: "FaultyRegistries", dependencies: ["Native", "OCI"], path: "Tests/FaultyRegistries", swiftSettings: strict),
  ],
  swiftLanguageModes: [.v6]
)
