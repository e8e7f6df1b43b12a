extension Rule {
  /// Source: the configuration of s3contents, JupyterHub, configurable-http-proxy and Jupyter Server.
  static let notebooks = [
    Rule(
      "s3contents-key", finds: "a key of S3 in the settings of s3contents",
      told:
        "a setting of `S3ContentsManager` that names a key, a secret or a token, with a text in quotes as its value",
      hint: "leave the setting out: the role of the task is used then",
      anchors: ["s3contentsmanager"],
      match: { excerpt, anchor in
        if excerpt[anchor.upperBound] == UInt8(ascii: ".") {
          return excerpt.literal(of: s3Settings, at: anchor.upperBound + 1)
        }
        // JSON: "S3ContentsManager": {"access_key_id": "…"}
        guard excerpt[anchor.upperBound] == UInt8(ascii: "\"") else { return nil }
        let open = excerpt.end(of: ByteSet("\": \t\r\n"), from: anchor.upperBound, limit: 64)
        guard excerpt[open] == UInt8(ascii: "{") else { return nil }
        var at = open
        while at < min(excerpt.count, open + 1024), excerpt[at] != UInt8(ascii: "}") {
          if excerpt[at] == UInt8(ascii: "\""), let found = excerpt.literal(of: s3Settings, at: at + 1) { return found }
          at += 1
        }
        return nil
      }),
    Rule(
      "jupyter-secret", finds: "a password or token of JupyterHub or Jupyter",
      told: """
        a setting such as `JupyterHub.cookie_secret`, `ConfigurableHTTPProxy.auth_token` or `ServerApp.token` with a text in \
        quotes as its value, or a file `jupyterhub_cookie_secret`
        """,
      hint: "give it to the task at its start, from Secrets Manager",
      anchors: [
        "proxy.auth_token", "proxy_auth_token", "jupyterhub.cookie_secret", "authenticator.password",
        "authenticator.client_secret", "serverapp.token", "serverapp.password", "notebookapp.token",
        "notebookapp.password", "identityprovider.token", "identityprovider.hashed_password",
      ],
      match: { excerpt, anchor in
        guard let value = excerpt.value(after: anchor.upperBound), value.isQuoted, value.range.count >= 6,
          !Plausibility.isStandIn(excerpt.text(value.range)),
          excerpt.isSettings || value.range.count >= 16 && Plausibility.entropy(excerpt.bytes[value.range]) >= 3.2
        else { return nil }
        return value.range
      },
      files: FileNames(ends: [
        "/jupyterhub_cookie_secret", "/jupyterhub_config.py", "/jupyter_server_config.py",
        "/jupyter_server_config.json",
        "/jupyter_notebook_config.py", "/jupyter_notebook_config.json", "/jupyter_lab_config.py",
      ]),
      matchFile: { file in
        guard file.end(of: .base64URL, from: 0) == file.start(of: .space, before: file.count) else { return [] }
        let end = file.start(of: .space, before: file.count)
        return end >= 16 ? [0..<end] : []
      }),
  ]

  private static let s3Settings: [StaticString] = [
    "access_key_id", "secret_access_key", "session_token", "access_key", "secret_key",
  ]
}

extension Excerpt {
  /// The text in quotes to which one of the settings is set whose name stands at `index`.
  fileprivate func literal(of names: [StaticString], at index: Int) -> Range<Int>? {
    guard let name = names.first(where: { has($0, at: index) }),
      let value = value(after: index + name.utf8CodeUnitCount), value.isQuoted, value.range.count >= 8,
      !Plausibility.isStandIn(text(value.range)), !PublishedSecret.contains(bytes[value.range])
    else { return nil }
    return value.range
  }
}
