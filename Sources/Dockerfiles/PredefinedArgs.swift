/// The names of build arguments that exist without an ARG instruction, and how the scopes see them.
///
/// Scopes, as BuildKit has them:
/// - ARG before the first FROM is global: FROM sees it, a stage only after it declares the name again.
/// - A stage that begins from another stage has the arguments and the environment of that one.
/// - ARG and ENV of one name: the later in the file counts.
/// - `ARG name` without a default takes the value of `--build-arg`, else the global one; `ARG name=value` takes the
///   value of `--build-arg`, else the default, expanded where it stands.
/// - The platform arguments are global: they too are seen in a stage only after `ARG TARGETARCH` and the like.
/// - The proxy arguments are in the environment of every RUN without being declared, and stay out of the history and
///   of cache keys, unless they are declared.
/// `StageVariables` does all of this but the proxies.
package enum PredefinedArgs {
  /// The proxy variables, in both cases as programs read them.
  package static let proxy: Set<String> = [
    "HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "FTP_PROXY", "ftp_proxy", "NO_PROXY", "no_proxy",
    "ALL_PROXY", "all_proxy",
  ]

  /// What describes the machine that builds and the one that is built for.
  package static let platform: Set<String> = [
    "BUILDPLATFORM", "BUILDOS", "BUILDOSVERSION", "BUILDARCH", "BUILDVARIANT", "TARGETPLATFORM", "TARGETOS",
    "TARGETOSVERSION", "TARGETARCH", "TARGETVARIANT", "TARGETSTAGE",
  ]

  /// What steers the build itself, given as `--build-arg`; none needs to be declared.
  package static let build: Set<String> = [
    "SOURCE_DATE_EPOCH", "BUILDKIT_BUILD_NAME", "BUILDKIT_CACHE_MOUNT_NS", "BUILDKIT_CONTEXT_KEEP_GIT_DIR",
    "BUILDKIT_INLINE_CACHE", "BUILDKIT_MULTI_PLATFORM", "BUILDKIT_SANDBOX_HOSTNAME", "BUILDKIT_SYNTAX",
    "BUILDKIT_DOCKERFILE_CHECK", "BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE",
  ]

  /// Whether a `--build-arg` of this name is right though no ARG declares it.
  package static func contains(_ name: String) -> Bool {
    proxy.contains(name) || platform.contains(name) || build.contains(name)
  }

  /// The platform arguments for a build on `build` for `target`, each as `os/architecture[/variant]`.
  package static func platformValues(build: String, target: String, stage: String?) -> [String: String] {
    var values = ["TARGETSTAGE": stage ?? "default"]
    for (prefix, platform) in [("BUILD", build), ("TARGET", target)] {
      let parts = platform.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
      values["\(prefix)PLATFORM"] = platform
      values["\(prefix)OS"] = parts.first ?? ""
      values["\(prefix)OSVERSION"] = ""
      values["\(prefix)ARCH"] = parts.count > 1 ? parts[1] : ""
      values["\(prefix)VARIANT"] = parts.count > 2 ? parts[2] : ""
    }
    return values
  }
}
