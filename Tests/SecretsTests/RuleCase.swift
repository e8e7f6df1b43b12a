/// A file, and what one rule says of it.
struct RuleCase: Sendable, CustomStringConvertible {
  var rule: String
  var text: String
  var path = "/opt/file.txt"

  init(_ rule: String, _ text: String, _ path: String = "/opt/file.txt") {
    self.rule = rule
    self.text = text
    self.path = path
  }

  var description: String { "\(rule) in \(path): \(text.prefix(40))" }
}

extension RuleCase {
  private static let json = """
    {"S3ContentsManager": {"bucket": "b", "secret_access_key": "\(Fake.random(20))"}}
    """
  private static let login = Fake.encoded("deploy:" + Fake.random(20))
  private static let ecr = Fake.encoded("{\"payload\":\"" + Fake.random(400) + "\"}")

  /// Each has one secret, which its rule finds.
  static let hits = [
    RuleCase("aws-secret-key", "aws_secret_access_key = \(Fake.secretKey)\n"),
    RuleCase("aws-secret-key", "export AWS_SECRET_ACCESS_KEY=\"\(Fake.secretKey)\""),
    RuleCase("aws-secret-key", "{\"SecretAccessKey\": \"\(Fake.secretKey)\"}"),
    RuleCase("aws-secret-key", "os.environ['AWS_SECRET_ACCESS_KEY'] = '\(Fake.secretKey)'"),
    RuleCase("aws-secret-key", "<SecretAccessKey>\(Fake.secretKey)</SecretAccessKey>"),
    RuleCase("aws-secret-key", "Sys.setenv(AWS_SECRET_ACCESS_KEY <- \"\(Fake.secretKey)\")"),
    RuleCase("aws-secret-key", "\"{\\\"secret_access_key\\\": \\\"\(Fake.secretKey)\\\"}\""),
    RuleCase("aws-key-pair", "id: \(Fake.keyID)\nsecret: \(Fake.secretKey)\n"),
    RuleCase("aws-key-pair", "\(Fake.secretKey),\(Fake.keyID)"),
    RuleCase("aws-session-token", "aws_session_token=\(Fake.sessionToken)"),
    RuleCase("aws-session-token", "\"SessionToken\": \"\(Fake.sessionToken)\","),
    RuleCase("aws-credentials-file", "[default]\naws_secret_access_key = short-one\n", "/home/ann/.aws/credentials"),
    RuleCase("s3contents-key", "c.S3ContentsManager.access_key_id = '\(Fake.keyID)'"),
    RuleCase("s3contents-key", "c.S3ContentsManager.secret_access_key = \"minio-secret-1\"", "/etc/jupyter/a.py"),
    RuleCase("s3contents-key", json),
    RuleCase("jupyter-secret", "c.ConfigurableHTTPProxy.auth_token = '\(Fake.random(32))'"),
    RuleCase("jupyter-secret", "c.DummyAuthenticator.password = 'hunter2!'", "/srv/jupyterhub/jupyterhub_config.py"),
    RuleCase("jupyter-secret", Fake.random(64, "0123456789abcdef") + "\n", "/srv/jupyterhub/jupyterhub_cookie_secret"),
    RuleCase("private-key", Fake.privateKey()),
    RuleCase("private-key", Fake.privateKey("OPENSSH PRIVATE KEY", bytes: 400)),
    RuleCase("private-key", Fake.privateKey("ENCRYPTED PRIVATE KEY")),
    RuleCase("private-key", Fake.privateKey("PGP PRIVATE KEY BLOCK")),
    RuleCase("private-key", Fake.privateKey("EC PRIVATE KEY", bytes: 120)),
    RuleCase("private-key", "{\"private_key\": \"" + Fake.privateKey("PRIVATE KEY", between: "\\n") + "\"}"),
    RuleCase("private-key", Fake.privateKey(between: "\r\n")),
    RuleCase("private-key", Fake.privateKey(), "/home/ann/tests/server.key"),
    RuleCase("private-key", Fake.privateKey(), "/usr/lib/test.key"),
    RuleCase(
      "private-key",
      "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: DES-CBC,0\n\n\(Fake.random(300, Fake.base64))\n"
    ),
    RuleCase(
      "putty-private-key",
      "PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none\nPrivate-Lines: 1\n\(Fake.random(48, Fake.base64))\n"),
    RuleCase("github-token", "token: \(Fake.gitHub)"),
    RuleCase("address-password", "https://x-access-token:gh" + "s_" + Fake.random(36) + "@github.com/a/b"),
    RuleCase("github-pat", "github" + "_pat_" + Fake.random(22) + "_" + Fake.random(59)),
    RuleCase("gitlab-token", "gl" + "pat-" + Fake.random(20)),
    RuleCase("slack-token", "xo" + "xb-123456789012-123456789012-" + Fake.random(24)),
    RuleCase("slack-webhook", "https://hooks.slack.com/ser" + "vices/T0AB12CD3/B0AB12CD3/" + Fake.random(24)),
    RuleCase("npm-token", "//registry.npmjs.org/:_auth=npm" + "_" + Fake.random(36)),
    RuleCase("pypi-token", "password = py" + "pi-AgEIcHlwaS5vcmc" + Fake.random(120)),
    RuleCase("docker-token", "dckr" + "_pat_" + Fake.random(27)),
    RuleCase("registry-login", "{\"auths\": {\"r.test\": {\"auth\": \"\(login)\"}}}", "/root/.docker/config.json"),
    RuleCase("registry-login", "{\"auths\":{\"r.test\":{\"auth\":\"\(login)\"}}}"),
    RuleCase("registry-login", "{\"auths\":{\"r.test\":{\"identitytoken\":\"\(Fake.random(60))\"}}}"),
    RuleCase("ecr-password", "docker login -p \(ecr)"),
    RuleCase("ecr-password", Fake.encoded("AWS:" + ecr)),
    RuleCase("password-hash", "root:*:1:0:9:7:::\nann:\(Fake.hash):1:0:9:7:::\n", "/etc/shadow"),
    RuleCase("password-hash", "ann:!\(Fake.hash):1:0:9:7:::\n", "/var/lib/extrausers/shadow"),
    RuleCase("password-hash", "ann:ab" + Fake.random(11) + ":1:0:9:7:::\n", "/etc/shadow-"),
    RuleCase("password-hash", "ann:$" + "apr1$" + Fake.random(8) + "$" + Fake.random(22), "/etc/nginx/.htpasswd"),
    RuleCase("chpasswd-line", "RUN echo 'ann:\(Fake.password)' | chpasswd"),
    RuleCase("chpasswd-line", "useradd ann && echo ann:\(Fake.password)|sudo chpasswd && rm x"),
    RuleCase("chpasswd-line", "printf \"ann:\(Fake.password)\\n\" | chpasswd"),
    RuleCase("chpasswd-line", "chpasswd <<< \"ann:\(Fake.password)\""),
    RuleCase("chpasswd-line", "chpasswd <<EOF\nann:\(Fake.password)\nEOF\n"),
    RuleCase("account-hash", "useradd -m -p '\(Fake.hash)' ann"),
    RuleCase("account-hash", "usermod --password=\(Fake.hash) ann"),
    RuleCase("address-password", "index-url = https://ann:\(Fake.password)@pypi.test/simple", "/etc/pip.conf"),
    RuleCase("address-password", "https://ann:hunter22@git.test", "/root/.git-credentials"),
    RuleCase("address-password", "url = 'postgresql://ann:\(Fake.random(16))@db.internal:5432/x'"),
    RuleCase("netrc-password", "machine git.test login ann password hunter2", "/root/.netrc"),
    RuleCase("netrc-password", "machine apt.test\n  login ann\n  password hunter2\n", "/etc/apt/auth.conf"),
    RuleCase("password-file", "[pypi]\nusername = ann\npassword = hunter22\n", "/root/.pypirc"),
    RuleCase("password-file", "db.test:5432:*:ann:hunter22\n", "/root/.pgpass"),
    RuleCase("password-file", "//npm.test/:_authToken=hunter22\n", "/root/.npmrc"),
    RuleCase("password-file", "DB_PASSWORD=hunter22\n", "/srv/app/.env"),
  ]

  /// What looks like it and is none: the rule of that name finds nothing in it.
  static let misses = [
    RuleCase("aws-secret-key", "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    RuleCase("aws-secret-key", "aws_secret_access_key = \(Fake.secretKey.dropLast())"),
    RuleCase("aws-secret-key", "aws_secret_access_key = \(Fake.secretKey)x"),
    RuleCase("aws-secret-key", "secret_access_key = \(Fake.random(40, "0123456789abcdef"))"),
    RuleCase("aws-secret-key", "secret_access_key = usr/lib/python3/dist/packages/foo/Bar1/x"),
    RuleCase("aws-secret-key", "aws_secret_access_key=${AWS_SECRET}"),
    RuleCase("aws-secret-key", "the secret_access_key \(Fake.secretKey)"),
    RuleCase("aws-key-pair", "\(Fake.keyID) alone is no secret"),
    RuleCase("aws-key-pair", "AKIAIOSFODNN7EXAMPLE \(Fake.secretKey)"),
    RuleCase("aws-key-pair", "\(Fake.keyID) \(String(repeating: " ", count: 400))\(Fake.secretKey)"),
    RuleCase("aws-key-pair", "x\(Fake.keyID) \(Fake.secretKey)"),
    RuleCase("aws-key-pair", "\(Fake.keyID) wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    RuleCase("aws-key-pair", "\(Fake.keyID.lowercased()) \(Fake.secretKey)"),
    RuleCase("aws-session-token", "aws_session_token=\(Fake.random(60))"),
    RuleCase("aws-session-token", "SessionToken: AQoEXAMPLE\(Fake.random(200))"),
    RuleCase("aws-credentials-file", "[default]\nregion = us-east-1\nrole_arn = x\n", "/root/.aws/config"),
    RuleCase("aws-credentials-file", "aws_secret_access_key = <your key>\n", "/root/.aws/credentials"),
    RuleCase("aws-credentials-file", "aws_secret_access_key = short-one\n", "/opt/credentials"),
    RuleCase("s3contents-key", "c.S3ContentsManager.access_key_id = \"{{ AWS Access Key ID }}\""),
    RuleCase("s3contents-key", "c.S3ContentsManager.secret_access_key = os.environ['SECRET_KEY_OF_S3']"),
    RuleCase("s3contents-key", "c.S3ContentsManager.access_key_id = None"),
    RuleCase("s3contents-key", "c.S3ContentsManager.bucket = 'access_key_id=12345678'"),
    RuleCase("s3contents-key", "c.S3ContentsManager.access_key_id = 'Q3AM3UQ867SPQQA43P2F'"),
    RuleCase("jupyter-secret", "c.JupyterHub.cookie_secret = bytes.fromhex('64 CHAR HEX STRING')"),
    RuleCase("jupyter-secret", "# c.ServerApp.token = '<generated>'", "/etc/jupyter/jupyter_server_config.py"),
    RuleCase("jupyter-secret", "c.ServerApp.password = ''", "/etc/jupyter/jupyter_server_config.py"),
    RuleCase("jupyter-secret", "authenticator.password = \"test_password\""),
    RuleCase("private-key", "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA...\n-----END RSA PRIVATE KEY-----"),
    RuleCase("private-key", "if line == '-----BEGIN PRIVATE KEY-----': return"),
    RuleCase("private-key", Fake.privateKey("PUBLIC KEY")),
    RuleCase("private-key", Fake.privateKey("CERTIFICATE")),
    RuleCase("private-key", Fake.privateKey(bytes: 20)),
    // Cut in the middle, or changed: the length that it begins with is another.
    RuleCase("private-key", Fake.privateKey().split(separator: "\n").prefix(9).joined(separator: "\n")),
    RuleCase("private-key", Fake.privateKey("OPENSSH PRIVATE KEY").replacing("b3BlbnNz", with: "EXAMPLEx")),
    RuleCase("private-key", Fake.privateKey(), "/opt/venv/lib/python3/site-packages/x/test/server.key"),
    RuleCase("private-key", Fake.privateKey(), "/usr/share/doc/x/examples/key.pem"),
    RuleCase("private-key", Fake.privateKey(), "/usr/share/go/src/tls/example_test.go"),
    RuleCase("putty-private-key", "Private-Lines: 1\n\(Fake.random(48))\n"),
    RuleCase("github-token", "gh" + "p_" + Fake.random(35)),
    RuleCase("github-token", "gh" + "p_" + String(repeating: "x", count: 36)),
    RuleCase("github-token", "aghp_" + Fake.random(36)),
    RuleCase("github-token", "GH" + "P_" + Fake.random(36)),
    RuleCase("github-pat", "github" + "_pat_" + Fake.random(40)),
    RuleCase("gitlab-token", "gl" + "pat-xxxxxxxxxxxxxxxxxxxx"),
    RuleCase("slack-token", "xo" + "xb-not-a-token-at-all-but-a-long-name"),
    RuleCase("slack-webhook", "https://hooks.slack.com/ser" + "vices/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"),
    RuleCase("npm-token", "npm_config_registry_of_the_whole_company_is"),
    RuleCase("npm-token", "npm" + "_" + Fake.random(37)),
    RuleCase("pypi-token", "py" + "pi-AgEIcHlwaS5vcmc"),
    RuleCase("docker-token", "dckr" + "_pat_" + Fake.random(12)),
    RuleCase("registry-login", "{\"auth\": \"\(Fake.encoded("user:password"))\"}"),
    RuleCase("registry-login", "{\"auth\": \"\(Fake.random(41))\"}"),
    RuleCase(
      "registry-login", "{\"auths\": {\"r.test\": {}}, \"credsStore\": \"ecr-login\"}", "/root/.docker/config.json"),
    RuleCase("ecr-password", "eyJwYXlsb2FkIjoi"),
    RuleCase("password-hash", "root:*:1::::::\nann:!:1::::::\nbob:!*:1::::::\neve::1::::::\nx:x:1:::\n", "/etc/shadow"),
    RuleCase("password-hash", "ann:\(Fake.hash):1:0:9:7:::\n", "/usr/share/doc/shadow.txt"),
    RuleCase("password-hash", "ann:x:2001:2001:Ann Lovelace Byron:/home/ann:/bin/bash\n", "/etc/passwd"),
    RuleCase("chpasswd-line", "echo \"ann:$PASSWORD\" | chpasswd"),
    RuleCase("chpasswd-line", "printf '%s:%s' \"$1\" \"$2\" | chpasswd"),
    RuleCase("chpasswd-line", "chpasswd < /run/secrets/passwords"),
    RuleCase("chpasswd-line", "chpasswd reads NAME:PASSWORD from its input"),
    RuleCase("chpasswd-line", "cat users | chpasswd"),
    RuleCase("chpasswd-line", "# --customize-hook='echo 'user:live' | chroot \"$1\" chpasswd'"),
    RuleCase("account-hash", "useradd -p \"$(openssl passwd -6)\" ann"),
    RuleCase("account-hash", "useradd --uid 2001 ann"),
    RuleCase("address-password", "https://user:password@example.com/"),
    RuleCase("address-password", "https://ann:hunter22@git.test"),
    RuleCase("address-password", "https://ann:${TOKEN}@git.test", "/etc/pip.conf"),
    RuleCase("address-password", "https://host:8080/a@b"),
    RuleCase("address-password", "https://ann@git.test", "/etc/pip.conf"),
    RuleCase("address-password", "http://ann:not-re%40l@git.test"),
    RuleCase("netrc-password", "machine git.test login ann\n", "/root/.netrc"),
    RuleCase("netrc-password", "machine git.test login ann password hunter2", "/usr/share/doc/netrc.txt"),
    RuleCase("password-file", "[pypi]\nusername = ann\n", "/root/.pypirc"),
    RuleCase("password-file", "DB_PASSWORD=\nDB_PASSWORD=$X\nSHOW_PASSWORD=true\nTOKEN=/run/token\n", "/srv/.env"),
  ]
}
