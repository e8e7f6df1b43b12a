extension RosterAnalysis {
  /// The remote cache; none unless the roster names a repository for it.
  mutating func cache(_ root: MappingReader) -> CacheSettings? {
    guard let section = root.mapping("cache", keys: RosterKey.cache, &diagnostics) else { return nil }
    section.require("repository", hint: "such as cache: {repository: jupyterhub/cache}", &diagnostics)
    let repository = section.text("repository", &diagnostics).flatMap { raw in
      diagnostics.accept(raw) { (text) throws(Flaw) in
        guard !text.contains("{") else {
          throw Flaw(
            "one cache serves all groups", hint: "a name without braces: layers that groups share are kept once")
        }
        return try NameTemplate.repository(text).text
      }
    }
    let tag = section.text("tag", &diagnostics).flatMap { raw in
      diagnostics.accept(raw) { (text) throws(Flaw) in
        guard !text.contains("{") else {
          throw Flaw("the cache has the same tag whatever is built", hint: "a name without braces, such as main")
        }
        return try NameTemplate.tag(text).text
      }
    }
    let mounts = section.boolean("mounts", &diagnostics)
    return repository.map {
      CacheSettings(repository: $0.value, tag: tag?.value ?? "cache", mounts: mounts?.value ?? false)
    }
  }
}
