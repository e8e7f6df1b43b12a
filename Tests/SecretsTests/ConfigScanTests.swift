import OCI
import Testing

@testable import Secrets

struct ConfigScanTests {
  private func findings(annotations: [String: String] = [:], _ change: (inout ImageConfig) -> Void) -> [String] {
    var config = ImageConfig(platform: .host)
    config.config = ContainerConfig()
    change(&config)
    return ConfigScan().result(of: config, annotations: annotations).findings.map { "\($0.rule) \($0.path)" }
  }

  private func history(_ step: String) -> [History] {
    [
      History(created: nil, createdBy: "mmdebstrap trixie", emptyLayer: false),
      History(created: nil, createdBy: step, emptyLayer: true),
    ]
  }

  @Test("the environment: by form, and by name")
  func environment() {
    #expect(
      findings {
        $0.config?.env = ["PATH=/bin", "AWS_ACCESS_KEY_ID=\(Fake.keyID)", "AWS_SECRET_ACCESS_KEY=\(Fake.secretKey)"]
      }
        == ["aws-secret-key config.env.AWS_SECRET_ACCESS_KEY"])
    #expect(findings { $0.config?.env = ["DB_PASSWORD=hunter2"] } == ["config-password config.env.DB_PASSWORD"])
    #expect(findings { $0.config?.env = ["URL=https://a:hunter2@b.test"] } == ["address-password config.env.URL"])
    #expect(
      findings {
        $0.config?.env = [
          "PASSWORD=", "PASSWORD_FILE=/run/p", "TOKEN=/run/token", "API_KEY=$KEY", "SHOW_PASSWORD=true", "TOKENS=12",
          "SECRET=arn:aws:secretsmanager:x", "GPG_KEY=A035C8C19219BA821ECEA86B64E628F8D684696D", "LANG=C.UTF-8",
        ]
      } == [])
  }

  @Test("labels, annotations, commands, health check, triggers, author")
  func parts() {
    #expect(
      findings { $0.config?.labels = ["api_key": "hunter2", "b": "c"] } == ["config-password config.labels.api_key"])
    #expect(findings(annotations: ["note": Fake.gitHub]) { _ in } == ["github-token annotations.note"])
    #expect(findings { $0.config?.cmd = ["run", "--token", Fake.gitHub] } == ["github-token config.cmd"])
    #expect(
      findings { $0.config?.entrypoint = ["sh", "-c", "x \(Fake.gitHub)"] } == ["github-token config.entrypoint"])
    #expect(
      findings { $0.config?.healthcheck = Healthcheck(test: ["CMD", "x", Fake.gitHub]) } == [
        "github-token config.healthcheck"
      ])
    #expect(
      findings { $0.config?.onBuild = ["RUN true", "ENV A_TOKEN=hunter2"] } == ["config-password config.onbuild[1]"])
    #expect(findings { $0.author = Fake.gitHub } == ["github-token config.author"])
  }

  @Test(
    "the history, with its build arguments",
    arguments: [
      ("RUN |2 A=b DB_PASSWORD=hunter2 /bin/sh -c make # buildkit", "config-password"),
      ("|1 TOKEN=hunter2 /bin/sh -c make", "config-password"),
      ("ARG TOKEN=hunter2", "config-password"),
      ("RUN /bin/sh -c echo 'ann:hunter2' | chpasswd # buildkit", "chpasswd-line"),
      ("RUN <<EOF (a...)\nset -e\nexport T=\(Fake.gitHub)\nEOF", "github-token"),
      ("RUN /bin/sh -c useradd -p '\(Fake.hash)' ann", "account-hash"),
    ])
  func history(step: String, rule: String) {
    #expect(findings { $0.history = history(step) } == ["\(rule) config.history[1]"])
  }

  @Test(
    "what a step says of itself is no secret",
    arguments: [
      "RUN |1 SOURCE_DATE_EPOCH=1767225600 /bin/sh -c apt-install r-base-core # buildkit",
      "RUN /bin/sh -c TOKEN=$(cat /run/secrets/token) make", "ARG TOKEN",
      "COPY --chmod=0644 accounts/shadow /var/lib/x # buildkit",
      "RUN /bin/sh -c cat /run/secrets/users | chpasswd",
    ])
  func plainHistory(step: String) {
    #expect(findings { $0.history = history(step) } == [])
  }

  @Test("a secret that stands in the environment and in its step is told once")
  func once() {
    let found = findings {
      $0.config?.env = ["A_TOKEN=hunter2"]
      $0.history = history("ENV A_TOKEN=hunter2")
    }
    #expect(found == ["config-password config.env.A_TOKEN"])
  }

  @Test("steps are shown without secrets")
  func redaction() {
    let scan = ConfigScan()
    #expect(scan.redacted("RUN |1 TOKEN=hunter2 /bin/sh -c make") == "RUN |1 TOKEN=… /bin/sh -c make")
    #expect(scan.redacted("RUN echo 'ann:hunter2' | chpasswd") == "RUN echo 'ann:…' | chpasswd")
    #expect(scan.redacted("RUN put \(Fake.gitHub) /x") == "RUN put … /x")
    #expect(scan.redacted("RUN make-netrc ann hunter2", others: [Array("hunter2".utf8)]) == "RUN make-netrc ann …")
    #expect(scan.redacted("RUN DB_PASSWORD='hunter2' make") == "RUN DB_PASSWORD='…' make")
    #expect(scan.redacted("RUN apt-get install git") == "RUN apt-get install git")
  }
}
