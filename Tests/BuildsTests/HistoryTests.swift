import Glibc
import OCI
import Testing

@testable import Builds

/// The image's configuration and history, in the forms that BuildKit gives them.
@Suite(.enabled(if: geteuid() == 0, "mounting an overlay needs root"))
struct HistoryTests {
  @Test("created_by and empty_layer of every instruction")
  func history() async throws {
    let bench = try Workbench(["a": "a", "b": "b"])
    let made = try await bench.build(
      """
      FROM localhost/tiny
      ARG ONE=1 TWO
      ENV KEY=value OTHER="two words"
      RUN --network=none echo $ONE
      RUN ["/bin/sh", "-c", "true"]
      COPY --link --chown=1:2 --chmod=0644 a b folder/
      COPY --from=localhost/tiny --exclude=x /etc/passwd .
      ADD a /a
      COPY <<one <<two /inline/
      one
      two
      WORKDIR sub
      WORKDIR /
      LABEL a=b "c d"=e
      EXPOSE 90 80/udp 443-444 127.0.0.1:7:8080/TCP
      VOLUME /v ["w"]
      VOLUME ["/x", "/y z"]
      USER app
      CMD echo "quoted" \\\\ back
      CMD []
      ENTRYPOINT ["/bin/echo", "tab\\t"]
      SHELL ["/bin/sh", "-e", "-c"]
      HEALTHCHECK --interval=90s --timeout=1500ms --retries=2 CMD cat /x
      STOPSIGNAL 9
      ONBUILD RUN true
      MAINTAINER someone
      """
    ) { $0.arguments = ["ONE": "given", "HTTP_PROXY": "http://user:word@proxy.invalid"] }
    let history = (made.image.config.history ?? []).dropFirst()
    let expected = [
      "- ARG ONE=given TWO", "- ENV KEY=value OTHER=two words",
      "+ RUN |2 ONE=given TWO= /bin/sh -c echo $ONE # buildkit",
      "+ RUN |2 ONE=given TWO= /bin/sh -c true # buildkit", "+ COPY --chown=1:2 --chmod=0644 a b folder/ # buildkit",
      "+ COPY /etc/passwd . # buildkit", "+ ADD a /a # buildkit", "+ COPY <<one <<two /inline/ # buildkit",
      "+ WORKDIR /sub", "- WORKDIR /", "- LABEL a=b c d=e", "- EXPOSE [8080/tcp 443/tcp 444/tcp 80/udp 90/tcp]",
      "- VOLUME [/v [w]]", "- VOLUME [/x /y z]", "- USER app",
      #"- CMD ["/bin/sh" "-c" "echo \"quoted\" \\\\ back"]"#, "- CMD []", #"- ENTRYPOINT ["/bin/echo" "tab\t"]"#,
      "- SHELL [/bin/sh -e -c]",
      "- HEALTHCHECK {Test:[CMD-SHELL cat /x] Interval:1m30s Timeout:1.5s StartPeriod:0s StartInterval:0s Retries:2}",
      "- STOPSIGNAL 9", "- MAINTAINER someone",
    ]
    let lines = history.map { ($0.emptyLayer == true ? "- " : "+ ") + ($0.createdBy ?? "") }
    for (line, other) in zip(lines, expected) { #expect(line == other) }
    #expect(lines.count == expected.count)
    #expect(history.filter { $0.emptyLayer != true }.count == made.image.layers.count - 1)
    let container = try #require(made.image.config.config)
    #expect(container.onBuild == ["RUN true"])
    #expect(container.cmd == nil)
    #expect(container.env == ["PATH=/usr/bin:/bin", "FROM_BASE=yes", "KEY=value", "OTHER=two words"])
    #expect(made.image.config.author == "someone")
  }

  @Test(
    "Go's forms of texts and durations",
    arguments: [
      (0, "0s"), (1, "1ns"), (1500, "1.5µs"), (250_000_000, "250ms"), (30_000_000_000, "30s"),
      (3_600_000_000_000, "1h0m0s"),
      (5_430_500_000_000, "1h30m30.5s"), (-90_000_000_000, "-1m30s"),
    ])
  func durations(nanoseconds: Int, text: String) {
    #expect(GoText.duration(nanoseconds) == text)
  }

  @Test("a --build-arg that no ARG takes is a warning; predefined ones are not")
  func unusedArguments() async throws {
    let made = try await Workbench().build(
      """
      ARG GLOBAL
      FROM localhost/tiny AS unused
      ARG ELSEWHERE
      FROM localhost/tiny
      ARG USED
      """
    ) { $0.arguments = ["USED": "1", "GLOBAL": "2", "ELSEWHERE": "3", "NONE": "4", "HTTPS_PROXY": "5"] }
    #expect(made.warnings == ["no ARG of the stages that are built takes --build-arg ELSEWHERE, NONE"])
  }

  @Test("a word that is no signal", arguments: ["SIGNOTHING", "0", "65", ""])
  func badSignal(word: String) async throws {
    let error = try await Workbench().failure("FROM scratch\nARG S=\(word)\nSTOPSIGNAL \"$S\"\n")
    #expect(error.message.contains("there is no such signal"))
  }
}
