# The static program, CA certificates and /tmp, on nothing.
#
#   docker build -t modelkit-assets .
#
# For any other image to copy from: `COPY --from=modelkit-assets /usr/local/bin/modelkit-assets /usr/local/bin/`, as
# examples/docker does.
ARG BUILDER=docker.io/library/swift:6.3-bookworm

FROM ${BUILDER} AS build
WORKDIR /src
COPY Makefile Package.swift ./
COPY scripts scripts
COPY Sources Sources
# The manifest names their folders.
COPY Tests Tests
RUN command -v make >/dev/null || (apt-get update && apt-get install --yes --no-install-recommends make)
RUN make build
RUN install -D -m 0755 .build/release/modelkit-assets /image/usr/local/bin/modelkit-assets \
    && install -D -m 0644 /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ca-certificates.crt \
    && install -d -m 1777 /image/tmp

FROM scratch
# A release says which it is, and where its source is.
ARG VERSION=""
ARG SOURCE=""
LABEL org.opencontainers.image.title="modelkit-assets" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.source="${SOURCE}" \
      org.opencontainers.image.licenses="Apache-2.0"
COPY --from=build /image /
ENTRYPOINT ["/usr/local/bin/modelkit-assets"]
