import Native
import OCI

extension RegistryClient {
  /// Every tag of a repository, each once, in the registry's order, page after page.
  ///
  /// - Parameters:
  ///   - repository: its tag and digest do not count.
  ///   - pageSize: how many to ask for at once; nil leaves it to the registry.
  /// - Throws: `RegistryError`.
  /// - Source: OCI distribution specification v1.1, "Listing Tags".
  package func tags(of repository: Reference, pageSize: Int? = nil) async throws -> [String] {
    struct Page: Decodable {
      var tags: [String]?
    }
    let list = url(host(of: repository), "\(repository.repository)/tags/list")
    let call = Call(
      operation: .listTags, method: "GET", url: pageSize.map { list.adding("n", "\($0)") } ?? list,
      subject: "\(repository.registry)/\(repository.repository)", scopes: [.pull(repository.repository)])
    var seen: Set<String> = []
    return try await pages(call, at: host(of: repository), until: deadline()) { response in
      guard let page = try? CanonicalJSON.decode(Page.self, from: response.body) else {
        throw RegistryError(code: .refused, message: "GET tags of \(call.subject): an answer that cannot be read")
      }
      return (page.tags ?? []).filter { Reference.isTag($0) && seen.insert($0).inserted }
    }
  }

  /// What `read` makes of each page of a list, which may have as many as the registry likes.
  ///
  /// - Throws: `RegistryError` of code `refused` for a page that links to another server, or to one that was read: that
  ///   would never end.
  func pages<Item>(
    _ first: Call, at host: RegistryHost, until deadline: Deadline, options: Options = Options(),
    _ read: (HTTPResponse) throws -> [Item]
  ) async throws -> [Item] {
    var call = first
    var items: [Item] = []
    var seen: Set<RegistryURL> = []
    while seen.insert(call.url).inserted {
      let response = try await configuration.retry.run(until: deadline) { [call] in
        try await exchange(call, at: host, until: deadline, accepting: [200], options)
      }
      items += try read(response)
      guard let link = Link.next(in: response.headers.all("Link")) else { return items }
      let next = try follow(link, from: call.url, host, call)
      guard next.hasSameOrigin(as: url(host, "")) else {
        throw RegistryError(
          code: .unsafe, message: "GET \(call.operation.noun) \(call.subject): the next page is at \(next.authority)")
      }
      call.url = next
    }
    throw RegistryError(
      code: .refused, message: "GET \(call.operation.noun) \(call.subject): the pages go in a circle")
  }
}
