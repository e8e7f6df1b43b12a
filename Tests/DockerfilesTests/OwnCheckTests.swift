import Testing

@testable import Dockerfiles

/// The rules that only this builder has.
@Suite struct OwnCheckTests {
  private func findings(_ text: String, _ rule: String) throws -> [Finding] {
    try Inspection(try Dockerfile.parse("FROM a\n" + text)).findings.filter { $0.rule.name == rule }
  }

  @Test(
    arguments: [
      ("COPY a /app\nRUN chown -R x /app", [3]),
      ("COPY a /app/\nRUN chown --recursive x:y /app/", [3]),
      ("COPY a /app/sub/\nRUN chmod -Rv u+x /app", [3]),
      ("COPY a /app\nRUN chgrp -hR x /app/sub", [3]),
      ("WORKDIR /app\nCOPY . .\nRUN chown -R x .", [4]),
      ("WORKDIR /app\nCOPY . .\nRUN cd / && chown -R x app", [4]),
      ("ENV D=/app\nCOPY . $D\nRUN useradd x && chown -R x:x \"$D\"", [4]),
      ("COPY a /app\nRUN <<EOF\nset -e\nfor d in a; do\n  sudo chown -R x /app\ndone\nEOF", [3]),
      ("RUN conda create -p /opt/env\nRUN chmod -R g+w /opt/env", [3]),
      ("RUN git clone https://h/r /src\nRUN [\"chown\", \"-R\", \"x\", \"/src\"]", [3]),
      ("COPY a /app\nFROM b\nRUN chown -R x /app", []),
      ("COPY a /app\nRUN chown x /app", []),
      ("COPY a /app\nRUN chown -R x /data", []),
      ("COPY a /app\nRUN chown -R x /ap", []),
      ("RUN mkdir /data\nRUN chown -R x /data", []),
      ("RUN git clone https://h/r /src && chown -R x /src", []),
      ("COPY a /\nRUN chown -R x /data", []),
      ("COPY a /app\nRUN echo chown -R x /app", []),
      ("COPY a /app\nRUN # chown -R x /app", []),
    ] as [(String, [Int])])
  func findsTreesThatAreWrittenTwice(_ text: String, lines: [Int]) throws {
    #expect(try findings(text, "RecursiveOwnership").map(\.lines.lowerBound) == lines)
  }

  @Test func looksThroughStages() throws {
    let text = "AS b\nCOPY a /app\nFROM b\nRUN chown -R x /app\nFROM c AS d\nRUN chown -R x /app"
    let file = try Dockerfile.parse("FROM a " + text)
    #expect(try Inspection(file, CheckInputs(target: "1")).findings.map(\.lines) == [4...4])
    #expect(try Inspection(file).findings.isEmpty)
  }

  @Test func saysWhatToDo() throws {
    #expect(
      try findings("COPY a /app\nRUN chmod -R 755 /app", "RecursiveOwnership").first?.detail
        == "chmod -R /app puts what COPY in line 2 brought into the image a second time; COPY can do it: --chmod")
    #expect(
      try findings("RUN pip install x && apt-get -qy install y", "PackageCacheKept").map(\.detail) == [
        "apt-get install leaves the package lists in the layer: rm -rf /var/lib/apt/lists/* in the same RUN, or "
          + "--mount=type=cache,target=/var/lib/apt",
        "pip install leaves pip's cache in the layer: pip install --no-cache-dir, or "
          + "--mount=type=cache,target=/root/.cache/pip",
      ])
  }

  @Test(arguments: [
    ("RUN apt-get update && apt-get install -y x", true),
    ("RUN apt-get -y install x; apt-get clean", true),
    ("RUN apt update", true),
    ("RUN apt-get install x && rm -r /var/lib/apt/lists/*", false),
    ("RUN --mount=type=cache,target=/var/lib/apt --mount=type=cache,target=/var/cache/apt apt-get install x", false),
    ("RUN --mount=type=tmpfs,target=/var/lib/apt/lists apt-get install x", false),
    ("RUN --mount=type=cache,target=/var/cache/apt apt-get install x", true),
    ("RUN apt-get remove x", false),
    ("RUN echo apt-get install x", false),
    ("RUN pip install x", true),
    ("RUN python3 -m pip install x", true),
    ("RUN /venv/bin/pip3 install x", true),
    ("RUN pip install --no-cache-dir x", false),
    ("RUN pip --no-cache-dir install x", false),
    ("RUN PIP_NO_CACHE_DIR=1 pip install x", false),
    ("RUN export PIP_NO_CACHE_DIR=1; pip install x", false),
    ("ENV PIP_NO_CACHE_DIR=1\nRUN pip install x", false),
    ("RUN --mount=type=cache,target=/root/.cache pip install x", false),
    ("RUN pip install x && rm -rf ~/.cache", false),
    ("RUN pip list", false),
    ("RUN conda install -y x", true),
    ("RUN conda env update -f e.yml", true),
    ("RUN mamba install x && mamba clean -afy", false),
    ("RUN --mount=type=cache,target=/opt/conda/pkgs conda install x", false),
    ("RUN apk add x", true),
    ("RUN apk add --no-cache x", false),
    ("RUN apk --no-cache add x", false),
    ("RUN dnf -y install x", true),
    ("RUN yum install -y x && yum clean all", false),
    ("RUN <<EOF\napt-get update\napt-get install -y x\nEOF", true),
    ("RUN <<EOF\napt-get install -y x\nrm -rf /var/lib/apt/lists/*\nEOF", false),
    ("RUN <<EOF\n#!/usr/bin/env bash\napt-get install -y x\nEOF", true),
    ("RUN <<EOF\n#!/usr/bin/python3\nimport apt\nEOF", false),
    ("RUN apt-get install x\nFROM b", false),
  ])
  func findsCaches(_ text: String, isKept: Bool) throws {
    #expect(try !findings(text, "PackageCacheKept").isEmpty == isKept)
  }

  @Test(
    arguments: [
      ("a b; c&&d||e|f & g", [["a", "b"], ["c"], ["d"], ["e"], ["f"], ["g"]]),
      ("a 'b c' \"d \\\" $V\" e\\ f \"\"", [["a", "b c", "d \" v", "e f", ""]]),
      ("X=1 Y= sudo a ${V}w $N ${N} $(b c)", [["a", "vw", "$N", "${N}", "$"], ["b", "c"]]),
      ("if a; then b; fi # c\nd\\\n e", [["a"], ["b"], ["fi"], ["d", "e"]]),
      ("a#b 'c", [["a#b", "c"]]),
      ("", []), (" ;; ", []), ("X=1", []),
    ] as [(String, [[String]])])
  func readsShells(_ script: String, commands: [[String]]) {
    let found = ShellCommands.parse(script) { $0 == "V" ? "v" : nil }
    #expect(found == commands)
  }
}
