# syntax=docker/dockerfile:1
# check=skip=none;error=true
ARG GO_VERSION=1.25
ARG BASE=tools

FROM --platform=$BUILDPLATFORM golang:${GO_VERSION} AS build
ARG TARGETOS TARGETARCH
WORKDIR /src
RUN --mount=type=bind,target=. --mount=type=cache,target=/root/.cache/go-build,id=go-$TARGETARCH \
    GOOS=$TARGETOS GOARCH=$TARGETARCH go build -o /out/app ./cmd/app

FROM alpine:3.22 AS Tools
RUN apk add --no-cache ca-certificates

FROM scratch AS assets
ADD --checksum=sha256:24454f830cdb571e2c4ad15481119c43b3cafd48dd869a9b2945d1036d1dc68d https://example.com/a.txt /
ADD --keep-git-dir=true --link https://example.com/repository.git#main /repository/

FROM ${BASE} AS debug
COPY --from=0 /out/app /usr/local/bin/
COPY --from=assets --parents --exclude=*.md --exclude=docs / /assets/
ONBUILD COPY . /app

FROM scratch
COPY --from=BUILD /out/app /app
COPY --from=tools /etc/ssl/certs /etc/ssl/certs
COPY --from=docker.io/library/busybox:1 /bin/busybox /bin/sh
ENTRYPOINT ["/app"]
