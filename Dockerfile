# The program in an image with little else: itself, the C libraries that it loads and the authorities of certificates.
#
#   docker build -t modelkit-assets .
#
# For other images to copy from, `COPY --from=modelkit-assets /usr/local/bin/modelkit-assets /usr/local/bin/`: what it loads
# is in every image of Debian 12, Ubuntu 22.04 and later ones. examples/docker has such an image.
ARG BUILDER=docker.io/library/swift:6.3-bookworm

FROM ${BUILDER} AS build
WORKDIR /src
COPY Makefile Package.swift ./
COPY scripts scripts
COPY Sources Sources
# The manifest names their folders.
COPY Tests Tests
RUN make build
RUN mkdir -p /image/usr/local/bin /image/etc/ssl/certs /image/tmp \
    && install -m 0755 .build/release/modelkit-assets /image/usr/local/bin/ \
    && cp /etc/ssl/certs/ca-certificates.crt /image/etc/ssl/certs/ \
    && ldd .build/release/modelkit-assets | grep -o '/[^ ]*' | xargs -I{} cp -L --parents {} /image

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
