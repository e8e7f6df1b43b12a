import OCI

extension RegistryClient {
  /// Every tag of a repository, in the registry's order, page after page.
  ///
  /// Source: OCI distribution specification v1.1, "Listing Tags".
  package func tags(of repository: Reference) async throws -> [String] {
    struct Page: Decodable {
      var tags: [String]?
    }
    let host = host(of: repository)
    let deadline = deadline()
    var call = Call(
      operation: .listTags, method: "GET", url: url(host, "\(repository.repository)/tags/list"),
      subject: "\(repository.registry)/\(repository.repository)", scopes: [.pull(repository.repository)])
    var tags: [String] = []
    var seen: Set<RegistryURL> = []
    // A page that links to one that was read would never end.
    while seen.insert(call.url).inserted {
      let page = call
      let response = try await configuration.retry.run(until: deadline) {
        try await exchange(page, at: host, until: deadline, accepting: [200])
      }
      guard let decoded = try? CanonicalJSON.decode(Page.self, from: response.body) else {
        throw RegistryError(code: .refused, message: "GET tags of \(call.subject): an answer that cannot be read")
      }
      tags += decoded.tags ?? []
      guard let next = response.headers["Link"].flatMap(Self.next) else { break }
      call.url = try follow(next, from: call.url, host, call)
    }
    return tags
  }

  /// The target of `<…>; rel="next"`. Source: RFC 8288.
  private static func next(_ link: String) -> String? {
    guard let open = link.firstIndex(of: "<"), let close = link[open...].firstIndex(of: ">"),
      link[close...].contains("next")
    else { return nil }
    return String(link[link.index(after: open)..<close])
  }
}
